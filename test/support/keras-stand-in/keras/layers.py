"""The layers, with the arguments of Keras 2.6 and Keras 3 that generated source may use."""
import torch
import torch.nn.functional as F

from .engine import KerasTensor, Layer, pair


def nchw(x):
    return x.permute(0, 3, 1, 2)


def nhwc(x):
    return x.permute(0, 2, 3, 1)


def same_zeros(size, span, stride):
    """TensorFlow's SAME: the odd zero comes last."""
    total = max(0, (-(-size // stride) - 1) * stride + span - size)
    return total // 2, total - total // 2


def windows(size, span, stride, padding):
    if padding == "same":
        return -(-size // stride)
    if size < span:
        raise ValueError(f"a window of {span} on {size}")
    return (size - span) // stride + 1


class InputLayer(Layer):
    pass


def Input(shape, name):
    layer = InputLayer(name)
    layer.node = KerasTensor(tuple(shape), layer, [])
    return layer.node


class _Convolution(Layer):
    def __init__(self, kernel_size, strides, padding, dilation_rate, use_bias, name):
        super().__init__(name)
        self.kernel, self.strides = pair(kernel_size, "kernel_size"), pair(strides, "strides")
        self.dilation, self.padding = pair(dilation_rate, "dilation_rate"), padding
        if padding not in ("same", "valid"):
            raise ValueError(f"{name}: padding {padding!r}")
        if max(self.strides) > 1 and max(self.dilation) > 1:
            raise ValueError(f"{name}: strides > 1 not supported in conjunction with dilation_rate > 1")
        if use_bias is not True and use_bias is not False:
            raise TypeError(f"{name}: use_bias {use_bias!r}")
        self.use_bias = use_bias

    def sides(self, shape):
        span = [(k - 1) * d + 1 for k, d in zip(self.kernel, self.dilation)]
        return [windows(n, s, t, self.padding) for n, s, t in zip(shape[:2], span, self.strides)]

    def convolve(self, x, weight, bias, groups):
        if self.padding == "same":
            span = [(k - 1) * d + 1 for k, d in zip(self.kernel, self.dilation)]
            (top, bottom), (left, right) = [
                same_zeros(n, s, t) for n, s, t in zip(x.shape[1:3], span, self.strides)
            ]
            x = F.pad(x, (0, 0, left, right, top, bottom))
        x = F.conv2d(nchw(x), weight, bias, self.strides, 0, self.dilation, groups)
        return nhwc(x)

    def call(self, x):
        weight, *bias = self.tensors()
        return self.apply(x, weight, bias[0] if bias else None)


class Conv2D(_Convolution):
    def __init__(
        self, filters, kernel_size, strides=1, padding="valid", dilation_rate=1, use_bias=True, name=None
    ):
        super().__init__(kernel_size, strides, padding, dilation_rate, use_bias, name)
        self.filters = filters

    def build(self, shape):
        channels = self.map_of(shape)[2]
        self.specs = [(*self.kernel, channels, self.filters)] + [(self.filters,)] * self.use_bias
        return (*self.sides(shape), self.filters)

    def apply(self, x, weight, bias):
        return self.convolve(x, weight.permute(3, 2, 0, 1), bias, 1)


class DepthwiseConv2D(_Convolution):
    def __init__(
        self,
        kernel_size,
        strides=1,
        padding="valid",
        depth_multiplier=1,
        dilation_rate=1,
        use_bias=True,
        name=None,
    ):
        super().__init__(kernel_size, strides, padding, dilation_rate, use_bias, name)
        self.multiplier = depth_multiplier

    def build(self, shape):
        channels = self.map_of(shape)[2]
        out = channels * self.multiplier
        self.specs = [(*self.kernel, channels, self.multiplier)] + [(out,)] * self.use_bias
        return (*self.sides(shape), out)

    def apply(self, x, weight, bias):
        height, width, channels, multiplier = weight.shape
        filters = weight.permute(2, 3, 0, 1).reshape(channels * multiplier, 1, height, width)
        return self.convolve(x, filters, bias, channels)


class Conv2DTranspose(Layer):
    """Without padding or overlap; the kernel is [height, width, out, in]."""

    def __init__(self, filters, kernel_size, strides=1, name=None):
        super().__init__(name)
        self.filters, self.kernel, self.strides = filters, pair(kernel_size, "kernel"), pair(strides, "strides")
        if self.kernel != self.strides:
            raise ValueError(f"{name}: the stand-in has no overlap")

    def build(self, shape):
        height, width, channels = self.map_of(shape)
        self.specs = [(*self.kernel, self.filters, channels), (self.filters,)]
        return (height * self.kernel[0], width * self.kernel[1], self.filters)

    def call(self, x):
        weight, bias = self.tensors()
        return nhwc(F.conv_transpose2d(nchw(x), weight.permute(3, 2, 0, 1), bias, self.strides))


class Dense(Layer):
    """Over the last axis."""

    def __init__(self, units, use_bias=True, name=None):
        super().__init__(name)
        self.units, self.use_bias = units, use_bias

    def build(self, shape):
        self.specs = [(shape[-1], self.units)] + [(self.units,)] * self.use_bias
        return (*shape[:-1], self.units)

    def call(self, x):
        weight, *bias = self.tensors()
        return x @ weight + (bias[0] if bias else 0)


class BatchNormalization(Layer):
    def __init__(self, momentum=0.99, epsilon=0.001, name=None):
        super().__init__(name)
        self.momentum, self.epsilon = momentum, epsilon
        if not 0 <= momentum <= 1:
            raise ValueError(f"{name}: momentum {momentum}")

    def build(self, shape):
        self.specs = [(shape[-1],)] * 4
        return shape

    def call(self, x):
        gamma, beta, mean, variance = self.tensors()
        return (x - mean) * (gamma / torch.sqrt(variance + self.epsilon)) + beta


class ReLU(Layer):
    def __init__(self, max_value=None, name=None):
        super().__init__(name)
        self.most = max_value

    def build(self, shape):
        return shape

    def call(self, x):
        return x.clamp(0, self.most)


class Activation(Layer):
    functions = {"sigmoid": torch.sigmoid, "swish": F.silu}

    def __init__(self, activation, name=None):
        super().__init__(name)
        self.function = self.functions[activation]

    def build(self, shape):
        return shape

    def call(self, x):
        return self.function(x)


class Rescaling(Layer):
    def __init__(self, scale, offset=0.0, name=None):
        super().__init__(name)
        self.scale, self.offset = scale, offset

    def build(self, shape):
        return shape

    def call(self, x):
        return x * self.scale + self.offset


class Dropout(Layer):
    def __init__(self, rate, name=None):
        super().__init__(name)
        if not 0 <= rate < 1:
            raise ValueError(f"{name}: rate {rate}")

    def build(self, shape):
        return shape

    def call(self, x):
        return x


class _Merge(Layer):
    takes_several = True

    def __init__(self, name=None):
        super().__init__(name)

    def build(self, shapes):
        if len(shapes) < 2 or len({len(shape) for shape in shapes}) > 1:
            raise ValueError(f"{self.name}: shapes {shapes}")
        return tuple(self.joined(sides) for sides in zip(*shapes))

    def joined(self, sides):
        wide = set(sides) - {1}
        if len(wide) > 1:
            raise ValueError(f"{self.name}: sides {sides}")
        return max(sides)


class Add(_Merge):
    def call(self, parts):
        return sum(parts[1:], parts[0])


class Multiply(_Merge):
    def call(self, parts):
        value = parts[0]
        for part in parts[1:]:
            value = value * part
        return value


class Concatenate(Layer):
    takes_several = True

    def __init__(self, axis=-1, name=None):
        super().__init__(name)
        self.axis = axis

    def build(self, shapes):
        at = self.axis if self.axis < 0 else self.axis - 1
        rest = {tuple(side for i, side in enumerate(shape) if i != at % len(shape)) for shape in shapes}
        if len(shapes) < 2 or len(rest) > 1:
            raise ValueError(f"{self.name}: shapes {shapes}")
        shape = list(shapes[0])
        shape[at] = sum(one[at] for one in shapes)
        return tuple(shape)

    def call(self, parts):
        return torch.cat(parts, self.axis)


class GlobalAveragePooling2D(Layer):
    def __init__(self, name=None):
        super().__init__(name)

    def build(self, shape):
        return (self.map_of(shape)[2],)

    def call(self, x):
        return x.mean((1, 2))


class _Pooling(Layer):
    def __init__(self, pool_size=2, strides=None, name=None):
        super().__init__(name)
        self.window = pair(pool_size, "pool_size")
        self.strides = self.window if strides is None else pair(strides, "strides")

    def build(self, shape):
        sides = [windows(n, k, s, "valid") for n, k, s in zip(shape, self.window, self.strides)]
        return (*sides, self.map_of(shape)[2])


class AveragePooling2D(_Pooling):
    def call(self, x):
        return nhwc(F.avg_pool2d(nchw(x), self.window, self.strides))


class MaxPooling2D(_Pooling):
    def call(self, x):
        return nhwc(F.max_pool2d(nchw(x), self.window, self.strides))


class Reshape(Layer):
    def __init__(self, target_shape, name=None):
        super().__init__(name)
        self.target = tuple(target_shape)

    def build(self, shape):
        return tuple(torch.empty(shape, device="meta").reshape(self.target).shape)

    def call(self, x):
        return x.reshape(x.shape[0], *self.target)


def _sides(value, name):
    """One number, one for each axis, or before and after for each."""
    if isinstance(value, int):
        value = (value, value)
    both = [(one, one) if isinstance(one, int) else tuple(one) for one in value]
    if len(both) != 2 or not all(len(one) == 2 and min(one) >= 0 for one in both):
        raise ValueError(f"{name}: {value!r}")
    return both


class ZeroPadding2D(Layer):
    def __init__(self, padding=1, name=None):
        super().__init__(name)
        self.zeros = _sides(padding, name)

    def build(self, shape):
        height, width, channels = self.map_of(shape)
        return (height + sum(self.zeros[0]), width + sum(self.zeros[1]), channels)

    def call(self, x):
        return F.pad(x, (0, 0, *self.zeros[1], *self.zeros[0]))


class Cropping2D(Layer):
    def __init__(self, cropping=0, name=None):
        super().__init__(name)
        self.cut = _sides(cropping, name)

    def build(self, shape):
        height, width, channels = self.map_of(shape)
        return (height - sum(self.cut[0]), width - sum(self.cut[1]), channels)

    def call(self, x):
        (top, bottom), (left, right) = self.cut
        return x[:, top : x.shape[1] - bottom, left : x.shape[2] - right]


class Resizing(Layer):
    """`tf.image.resize`: half-pixel centres, no smoothing before it shrinks."""

    def __init__(self, height, width, interpolation="bilinear", name=None):
        super().__init__(name)
        self.size = (height, width)
        if interpolation != "bilinear":
            raise ValueError(f"{name}: interpolation {interpolation!r}")

    def build(self, shape):
        return (*self.size, self.map_of(shape)[2])

    def call(self, x):
        return nhwc(F.interpolate(nchw(x), self.size, mode="bilinear", align_corners=False))
