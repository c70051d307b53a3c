"""The models of the bench in PyTorch: the layers of keras.applications, without the last softmax."""
from torch import nn
from torchvision.models import resnet50, vgg19

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


def build(name):
    """Return the model and the shape of one input."""
    if name == "head":
        return published_head(), (512,)
    if name == "vgg19":
        backbone = nn.Sequential(vgg19().features, nn.Flatten())
        return nn.Sequential(backbone, published_head()), (3, 32, 32)
    return {"resnet50": resnet, "mobilenet": mobilenet}[name](), (3, 96, 96)
