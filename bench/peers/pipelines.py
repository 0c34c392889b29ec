"""The loaders that have pipelines of their own: DALI, and SPDL with FFmpeg."""

import math
import random

import policies
import torch

SIDE, BATCH = 224, 64
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class DaliEpochs:
    """The CPU pipeline; only the crop is decoded, as its guide recommends."""

    def __init__(self, paths, threads, policy):
        from nvidia.dali import fn, pipeline_def, types

        @pipeline_def(batch_size=BATCH, num_threads=threads, device_id=None, enable_conditionals=True)
        def pipeline():
            files, _ = fn.readers.file(files=[str(p) for p in paths], labels=[0] * len(paths), random_shuffle=True)
            images = fn.decoders.image_random_crop(
                files, device="cpu", random_area=[0.08, 1.0], random_aspect_ratio=[3 / 4, 4 / 3])
            images = fn.resize(images, resize_x=SIDE, resize_y=SIDE, interp_type=types.INTERP_LINEAR, antialias=True)
            mirror = fn.random.coin_flip()
            if policy:
                images = policies.dali_rand_augment(fn.flip(images, horizontal=mirror))
                mirror = 0
            return fn.crop_mirror_normalize(
                images, mirror=mirror, dtype=types.FLOAT, output_layout="HWC",
                mean=[255 * m for m in MEAN], std=[255 * s for s in STD])

        self.policy, self.files = policy, len(paths)
        self.pipeline = pipeline()
        self.pipeline.build()
        self.batches = -(-len(paths) // BATCH)
        self.pipeline.run()

    def __call__(self, observe=None):
        """Its reader fills the last batch with images of the next epoch."""
        for _ in range(self.batches):
            (images,) = self.pipeline.run()
            if observe:
                observe(torch.from_numpy(images.as_array().copy()).permute(0, 3, 1, 2))
        return self.batches * BATCH

    def described(self, proof):
        return proof | {"images": self.files} | ({"policy": policies.dali_description()} if self.policy else {})


def crop_box(height, width):
    """Top, left, height and width, as torchvision's RandomResizedCrop draws them."""
    for _ in range(10):
        area = height * width * random.uniform(0.08, 1)
        ratio = math.exp(random.uniform(math.log(3 / 4), math.log(4 / 3)))
        w, h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if 0 < w <= width and 0 < h <= height:
            return random.randint(0, height - h), random.randint(0, width - w), h, w
    ratio = width / height
    h = height if ratio >= 3 / 4 else round(width / (3 / 4))
    w = width if ratio <= 4 / 3 else round(height * (4 / 3))
    return (height - h) // 2, (width - w) // 2, h, w


class SpdlEpochs:
    """Threads decode by FFmpeg, whose filters crop, resize and flip; needs Debian's package ffmpeg."""

    def __init__(self, paths, threads):
        import spdl.io
        import spdl.pipeline

        self.io, self.pipeline = spdl.io, spdl.pipeline
        self.paths, self.threads = [str(p) for p in paths], threads
        self.mean, self.std = torch.tensor(MEAN), torch.tensor(STD)
        self.frame(self.paths[0])  # fails if FFmpeg is missing

    def frame(self, path):
        packets = self.io.demux_image(path)
        top, left, height, width = crop_box(packets.height, packets.width)
        filters = [f"crop={width}:{height}:{left}:{top}", f"scale={SIDE}:{SIDE}:flags=bilinear"]
        if random.random() < 0.5:
            filters.append("hflip")
        return self.io.decode_packets(packets, filter_desc=",".join([*filters, "format=pix_fmts=rgb24"]))

    def batch(self, frames):
        images = self.io.to_torch(self.io.convert_frames(frames))
        return images.to(torch.float32).div_(255).sub_(self.mean).div_(self.std).permute(0, 3, 1, 2)

    def __call__(self, observe=None):
        pipeline = (
            self.pipeline.PipelineBuilder()
            .add_source(random.sample(self.paths, len(self.paths)))
            .pipe(self.frame, concurrency=self.threads)
            .aggregate(BATCH)
            .pipe(self.batch)
            .add_sink(2)
            .build(num_threads=self.threads)
        )
        images = 0
        with pipeline.auto_stop():
            for batch in pipeline.get_iterator():
                images += len(batch)
                if observe:
                    observe(batch)
        if images != len(self.paths):  # it goes on after images that can't be read
            raise ValueError(f"{images} of {len(self.paths)} images")
        return images

    def described(self, proof):
        return proof
