"""The models of the bench in PyTorch: the layers of keras.applications, without the last softmax."""
from torch import nn
from torchvision.models import resnet18, resnet50, vgg19

HEAD = [1024, 512, 512, 256, 256, 128, 128, 64, 64, 64]


def published_head():
    layers, before = [], 512
    for i, units in enumerate(HEAD):
        layers += [nn.Linear(before, units), nn.ReLU(), nn.Dropout(0.25)]
        if i % 2 == 1:
            layers.append(nn.BatchNorm1d(units))
        before = units
    return nn.Sequential(*layers, nn.Linear(before, 10))


def resnet():
    """ResNet50 as in the paper and in Keras: the first convolution of a stage has the stride, not the second."""
    network = resnet50()
    for stage in (network.layer2, network.layer3, network.layer4):
        stage[0].conv1.stride, stage[0].conv2.stride = (2, 2), (1, 1)
    network.fc = nn.Sequential(nn.Dropout(0.2), nn.Linear(2048, 10))
    return network


def mobilenet():
    def convolution(before, after, kernel, stride=1, groups=1):
        return [
            nn.Conv2d(before, after, kernel, stride, kernel // 2, groups=groups, bias=False),
            nn.BatchNorm2d(after),
            nn.ReLU6(),
        ]

    layers, before = convolution(3, 32, 3, 2), 32
    for after, stride in [
        (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2),
        (512, 1), (512, 1), (512, 1), (512, 1), (512, 1), (1024, 2), (1024, 1),
    ]:
        layers += convolution(before, before, 3, stride, before) + convolution(before, after, 1)
        before = after
    pool = [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    head = [nn.Linear(1024, 128), nn.ReLU(), nn.Dropout(0.3), nn.Linear(128, 10)]
    return nn.Sequential(*layers, *pool, *head)


def small_resnet():
    """ResNet-18 with the stem for 32×32 images: a 3×3 convolution without stride, and no pooling."""
    network = resnet18(num_classes=10)
    network.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
    network.maxpool = nn.Identity()
    return network


# Kernel, blocks, filters, expansion and stride of each stage.
LITE0 = [(3, 1, 16, 1, 1), (3, 2, 24, 6, 2), (5, 2, 40, 6, 2), (3, 3, 80, 6, 2), (5, 3, 112, 6, 1), (5, 4, 192, 6, 2), (3, 1, 320, 6, 1)]


class InvertedResidual(nn.Module):
    def __init__(self, before, after, kernel, expand, stride):
        super().__init__()
        inner = before * expand
        expansion = [nn.Conv2d(before, inner, 1, bias=False), nn.BatchNorm2d(inner), nn.ReLU6()] if expand > 1 else []
        self.layers = nn.Sequential(
            *expansion,
            nn.Conv2d(inner, inner, kernel, stride, kernel // 2, groups=inner, bias=False),
            nn.BatchNorm2d(inner),
            nn.ReLU6(),
            nn.Conv2d(inner, after, 1, bias=False),
            nn.BatchNorm2d(after),
        )
        self.is_residual = stride == 1 and before == after

    def forward(self, x):
        y = self.layers(x)
        return x + y if self.is_residual else y


def efficientnet_lite0():
    layers, before = [nn.Conv2d(3, 32, 3, 2, 1, bias=False), nn.BatchNorm2d(32), nn.ReLU6()], 32
    for kernel, blocks, after, expand, stride in LITE0:
        for block in range(blocks):
            layers.append(InvertedResidual(before, after, kernel, expand, stride if block == 0 else 1))
            before = after
    top = [nn.Conv2d(before, 1280, 1, bias=False), nn.BatchNorm2d(1280), nn.ReLU6()]
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(1280, 10)]
    return nn.Sequential(*layers, *top, *head)


def build(name):
    """Return the model and the shape of one input."""
    if name == "head":
        return published_head(), (512,)
    if name == "vgg19":
        backbone = nn.Sequential(vgg19().features, nn.Flatten())
        return nn.Sequential(backbone, published_head()), (3, 32, 32)
    if name == "resnet18":
        return small_resnet(), (3, 32, 32)
    networks = {"resnet50": resnet, "mobilenet": mobilenet, "efficientnetLite0": efficientnet_lite0}
    return networks[name](), (3, 96, 96)
