#pragma once
#include "temper/io/image/image.h"
#include "temper/run/preview.h"

namespace temper::report {

/// A preview as one image, RGB: the sections below one another, each picture with its text below
/// it. Small pictures are enlarged by whole factors. Throws Error{Code::usage} where the image
/// would have more than 64 million pixels.
io::Image preview_sheet(const run::Preview& preview);

}  // namespace temper::report
