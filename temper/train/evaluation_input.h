#pragma once
#include "temper/augment/pipeline/input_transform.h"
#include "temper/augment/pixels/box.h"
#include "temper/recipe/recipe.h"

namespace temper::train {

/// How pictures are read outside training, without normalization. The input's size is that of
/// training, or evaluation.size as the longer side. Pictures that all have the size of training are
/// used whole unless evaluation.crop_ratio is given. Throws Error{Code::usage} for a
/// crop ratio that would make pictures too large.
/// @param images    size of all images of the data; 0 where their sizes differ
/// @param training  the network's input in training, without data.train_size
augment::InputTransform evaluation_input(const recipe::Recipe& recipe, std::int64_t channels,
                                         augment::Size images, augment::Size training);

/// A size with the aspect ratio of `size` and that longer side, rounded to whole pixels, halves up.
augment::Size with_longer_side(augment::Size size, std::int64_t longer);

}  // namespace temper::train
