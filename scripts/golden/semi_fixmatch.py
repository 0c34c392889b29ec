"""Writes tests/golden/semi/fixmatch.json: FixMatch, MixMatch and their learning rate, in float32, of the code of
google-research/fixmatch d4985a1, which is written for TensorFlow 1 and runs here with tensorflow 2.15.1's compat.v1.

    python scripts/golden/semi_fixmatch.py FIXMATCH

FIXMATCH is a checkout. Each method's model() builds its losses. The network given to it returns its pixels, so that the
images are the logits. The random numbers of MixMatch are recorded: the weights and the order of the partners."""

import pathlib
import sys
import types
import unittest.mock

import numpy
import tensorflow
from golden import write

tf = tensorflow.compat.v1
tf.disable_eager_execution()
ROWS, CLASSES, VIEWS, KIMG = 5, 4, 2, 1
generator = numpy.random.default_rng(20)


class Model:
    """What the methods need of the classes that they are derived from, which read data and train."""

    nclass = CLASSES
    dataset = types.SimpleNamespace(height=1, width=1, colors=CLASSES, nclass=CLASSES, p_unlabeled=None, p_labeled=None)

    def __init__(self):
        self.step = tf.placeholder(tf.int64, [], "step")
        self.scale = tf.get_variable("classify/scale", initializer=1.0)
        self.outputs = []

    def classifier(self, pixels, training, **_):
        logits = tf.reshape(pixels, [-1, CLASSES]) * self.scale
        if training:
            self.outputs.append(logits)
        return types.SimpleNamespace(logits=logits)


def modules(checkout):
    stub = unittest.mock.MagicMock
    sys.modules |= {
        "tensorflow": tf, "libml.augment": stub(AugmentPoolCTA=object), "libml.ctaugment": stub(), "libml.data": stub(),
        "libml.models": stub(MultiModel=Model), "cta.cta_remixmatch": stub(CTAReMixMatch=Model),
    }
    sys.path.insert(0, str(checkout))
    import fixmatch
    import mixmatch

    for module in (fixmatch, mixmatch):
        module.FLAGS = types.SimpleNamespace(train_kimg=KIMG)
    return fixmatch, mixmatch


def logits(*shape):
    drawn = generator.normal(scale=3.0, size=shape)
    return (drawn * 64).round() / 64


def images(rows):
    return rows.reshape(*rows.shape[:-1], 1, 1, CLASSES)


def tensor(value):
    return {"shape": list(value.shape), "values": [float(number) for number in value.flatten()]}


def built(method, **options):
    """A method's model, its placeholders, and the tensors of which it writes summaries."""
    tf.reset_default_graph()
    summaries = {}
    model = method()
    with unittest.mock.patch.object(tf.summary, "scalar", summaries.__setitem__):
        inputs = model.model(batch=ROWS, lr=0.03, wd=0.0005, ema=0.999, **options)
    return model, inputs, summaries


def run(model, inputs, wanted, labels, labelled, unlabelled, step=0):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(wanted, {model.step: step, inputs.label: labels, inputs.xt: images(labelled),
                                    inputs.y: images(unlabelled)})


LABELS = [0, 3, 1, 1, 2]


def fixmatch_loss(fixmatch, threshold):
    views = logits(ROWS, 2, CLASSES)
    model, inputs, summaries = built(fixmatch.FixMatch, wu=1, confidence=threshold, uratio=1)
    loss, kept, gradient = run(
        model, inputs,
        (summaries["losses/xeu"], summaries["monitors/mask"], tf.gradients(summaries["losses/xeu"], inputs.y)[0]),
        LABELS, logits(ROWS, CLASSES), views)
    gradient = gradient.reshape(ROWS, 2, CLASSES)
    assert not gradient[:, 0].any()
    return {"threshold": threshold, "weak": tensor(views[:, 0]), "strong": tensor(views[:, 1]),
            "kept": round(float(kept) * ROWS), "loss": float(loss), "gradient": tensor(gradient[:, 1])}


def mixmatch_loss(mixmatch, temperature):
    """model() always sharpens with 0.5; other temperatures are given to its guess_label()."""
    rows = (1 + VIEWS) * ROWS
    weights = generator.beta(0.5, 0.5, rows).astype("f")
    partners = generator.permutation(rows)
    recorded = {}

    class Method(mixmatch.MixMatch):
        def guess_label(self, y, classifier, T, **options):
            recorded["guess"] = super().guess_label(y, classifier, T=temperature, **options).p_target
            self.outputs.clear()
            return mixmatch.EasyDict(p_target=recorded["guess"], p_model=None)

        def distribution_summary(self, *_):
            pass

    class Mixing(mixmatch.MixMode):
        def __call__(self, images, targets, betas):
            mixed = super().__call__(images, targets, betas)
            recorded["mixed"] = [tf.concat(one, 0) for one in mixed]
            return mixed

    with (unittest.mock.patch.object(mixmatch, "MixMode", Mixing),
          unittest.mock.patch.object(tf, "random_shuffle", lambda _: tf.constant(partners)),
          unittest.mock.patch.object(numpy.random, "beta", lambda *_: weights)):
        model, inputs, summaries = built(Method, beta=0.5, w_match=1)
        loss = summaries["losses/l2u"]
        gradients = mixmatch.layers.interleave(tf.gradients(loss, model.outputs), ROWS)
        labelled, unlabelled = logits(ROWS, CLASSES), logits(ROWS, VIEWS, CLASSES)
        guess, (own, targets), loss, gradient = run(
            model, inputs, (recorded["guess"], recorded["mixed"], loss, tf.concat(gradients[1:], 0)),
            LABELS, labelled, unlabelled)
    own = own.reshape(rows, CLASSES)
    return {"temperature": temperature, "labels": LABELS, "views": [tensor(unlabelled[:, view]) for view in range(VIEWS)],
            "guess": tensor(guess), "lambdas": [float(weight) for weight in weights], "partners": partners.tolist(),
            "mixed": tensor(targets), "logits": tensor(own[ROWS:]), "loss": float(loss), "gradient": tensor(gradient)}


def learning_rates(fixmatch, steps):
    model, inputs, summaries = built(fixmatch.FixMatch, wu=1, confidence=0.95, uratio=1)
    return [[step, float(run(model, inputs, summaries["monitors/lr"], LABELS, logits(ROWS, CLASSES),
                             logits(ROWS, 2, CLASSES), step))] for step in steps]


def main():
    fixmatch, mixmatch = modules(pathlib.Path(sys.argv[1]))
    write("semi/fixmatch.json", ["tensorflow-cpu"], {
        "fixmatch": [fixmatch_loss(fixmatch, threshold) for threshold in (0.95, 0.6, 0.0)],
        "mixmatch": [mixmatch_loss(mixmatch, temperature) for temperature in (0.5, 1.0, 0.25)],
        "steps": KIMG << 10,
        "learning_rate": learning_rates(fixmatch, (0, 1, 137, 512, 1023)),
    })


main()
