#pragma once

namespace temper::cli {

/// What --tta means, for the commands that have it.
inline constexpr auto kAboutTta =
    "test-time augmentation: the mean over the predictions for several views of every image: none, "
    "flip, five_crop, ten_crop, or a table as in the recipe, such as '{ scales = [1.15] }' (see "
    "`temper explain tta`); default: that of the run's recipe, evaluation.tta";

}  // namespace temper::cli
