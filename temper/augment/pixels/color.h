#pragma once
#include "temper/io/image/image.h"

/// Operations on colors that change an image in place, with the same bytes as Pillow 11.3. A factor
/// is that of PIL.ImageEnhance: 1 leaves the image as it is, 0 gives the image that has nothing of
/// the property, values between them blend the two, and others extrapolate and clip; it must be
/// finite, which Error{Code::usage} says otherwise. Images have 1 (gray) or 3 (RGB) channels; what
/// changes only hue or saturation leaves gray images as they are.
namespace temper::augment {

/// PIL.ImageEnhance.Brightness: blends with black.
void brightness(io::Image& image, double factor);

/// PIL.ImageEnhance.Contrast: blends with the mean of the gray image, rounded.
void contrast(io::Image& image, double factor);

/// The contrast of TensorFlow's AutoAugment and RandAugment (tensorflow/tpu, efficientnet). Instead
/// of the mean it blends with the number of pixels / 256, rounded down and at most 255: a mistake
/// that published results contain.
void contrast_tensorflow(io::Image& image, double factor);

/// PIL.ImageEnhance.Color: blends with the gray image.
void saturation(io::Image& image, double factor);

/// PIL.ImageEnhance.Sharpness: blends with the image smoothed by a 3 x 3 filter. Pixels at the
/// edges, and images with fewer than 3 rows or columns, stay as they are.
/// @param to  has from's size; another image than `from`
void sharpness(const io::Image& from, io::Image& to, double factor);

/// torchvision's adjust_hue of a PIL image: adds trunc(255 * shift) to the hue, modulo 256. The
/// way to HSV and back rounds, so colors may change a little even by a shift of 0. Throws
/// Error{Code::usage} for a shift outside [-0.5, 0.5], of which the ends are opposite colors.
void hue(io::Image& image, double shift);

/// torchvision's adjust_gamma of a PIL image: a sample v becomes the integer part of
/// 255.999 * gain * (v / 255)^gamma, at most 255. Throws Error{Code::usage} for a gamma or gain
/// that is negative or not finite.
void gamma(io::Image& image, double gamma, double gain = 1);

/// PIL.ImageOps.solarize: inverts samples of at least `threshold`, which may be any number: all
/// samples for one of at most 0, none for one above 255.
void solarize(io::Image& image, int threshold);

/// timm's solarize_add: adds `addend` to samples below `threshold`, clipped to [0, 255].
void solarize_add(io::Image& image, int addend, int threshold = 128);

/// PIL.ImageOps.posterize: keeps the highest `bits` bits of each sample; none of them gives black.
/// Throws Error{Code::usage} unless there are 0 to 8.
void posterize(io::Image& image, int bits);

/// PIL.ImageOps.equalize: spreads each channel's histogram evenly. A channel of only one value, and
/// one with fewer than 255 samples besides those of its highest value, stays as it is.
void equalize(io::Image& image);

/// PIL.ImageOps.autocontrast: stretches each channel to [0, 255]; because it truncates, the highest
/// sample may become 254. A channel of only one value stays as it is.
void auto_contrast(io::Image& image);
/// The same in single precision, as TensorFlow's AutoAugment and RandAugment have it: some samples
/// differ by one.
void auto_contrast_tensorflow(io::Image& image);

/// PIL.ImageOps.invert: a sample v becomes 255 - v.
void invert(io::Image& image);

/// Replaces all channels by the gray image, (19595 R + 38470 G + 7471 B + 32768) >> 16:
/// torchvision's to_grayscale with as many channels as the image has.
void grayscale(io::Image& image);

}  // namespace temper::augment
