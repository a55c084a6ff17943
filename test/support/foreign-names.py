"""Prints the names and shapes that torchvision, timm and Keras give their MobileNets: the lists *-names.json beside this file.

Made with torch 1.13.0a0 and torchvision 0.14.1a0, timm 1.0.29, Keras 3.15.1: python3 foreign-names.py torchvision|timm|keras
"""
import json
import os
import sys

COUNTER = 'num_batches_tracked'


def state(model):
    return {name: list(t.shape) for name, t in model.state_dict().items() if not name.endswith(COUNTER)}


def of_torchvision():
    from torchvision import models
    from torchvision.models.detection import ssdlite320_mobilenet_v3_large
    from torchvision.models.segmentation import lraspp_mobilenet_v3_large
    bare = {'weights': None, 'weights_backbone': None}
    return {
        'mobilenet_v2': state(models.mobilenet_v2(weights=None)),
        'mobilenet_v3_large': state(models.mobilenet_v3_large(weights=None)),
        'mobilenet_v3_small': state(models.mobilenet_v3_small(weights=None)),
        'lraspp_mobilenet_v3_large': state(lraspp_mobilenet_v3_large(**bare)),
        'ssdlite320_mobilenet_v3_large': state(ssdlite320_mobilenet_v3_large(**bare))
    }


def of_timm():
    import timm
    names = ['mobilenetv1_100', 'mobilenetv2_100', 'mobilenetv3_large_100', 'mobilenetv3_small_100',
             'mobilenetv3_small_050', 'tf_mobilenetv3_large_minimal_100', 'semnasnet_100']
    return {name: state(timm.create_model(name, pretrained=False)) for name in names}


def of_keras():
    os.environ.setdefault('KERAS_BACKEND', 'numpy')
    from keras import applications as a
    models = {
        'MobileNet': a.MobileNet(weights=None),
        'MobileNetV2': a.MobileNetV2(weights=None),
        'MobileNetV3Large': a.MobileNetV3Large(weights=None),
        'MobileNetV3Small': a.MobileNetV3Small(weights=None),
        'MobileNetV3SmallMinimalistic': a.MobileNetV3Small(weights=None, minimalistic=True)
    }
    return {name: {w.path: list(w.shape) for w in model.weights} for name, model in models.items()}


library = sys.argv[1]
nets = {'torchvision': of_torchvision, 'timm': of_timm, 'keras': of_keras}[library]()
here = os.path.dirname(os.path.abspath(__file__))


def lines(net):
    return ',\n'.join('    %s: %s' % (json.dumps(name), json.dumps(shape)) for name, shape in net.items())


with open(os.path.join(here, library + '-names.json'), 'w') as file:
    file.write('{\n' + ',\n'.join('  "%s": {\n%s\n  }' % (name, lines(net)) for name, net in nets.items()) + '\n}\n')
