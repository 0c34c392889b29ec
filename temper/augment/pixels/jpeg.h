#pragma once
#include "temper/io/image/encode_jpeg.h"
#include "temper/io/image/image.h"

namespace temper::augment {

/// Replaces an image by what remains of it in a JPEG file, as Image.save(file, "JPEG", quality,
/// subsampling) and Image.open(file) of Pillow do.
/// @param image    height and width of 1 to 65,500 pixels, else throws Error{Code::data}
/// @param quality  libjpeg's, 1 to 100
void jpeg(io::Image& image, int quality, io::Subsampling subsampling = io::Subsampling::both);

}  // namespace temper::augment
