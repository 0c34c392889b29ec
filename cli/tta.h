#pragma once
#include <fmt/format.h>

#include <string>
#include <string_view>

#include "temper/core/error.h"
#include "temper/train/saved_model.h"

namespace temper::cli {

/// What --tta means, for the commands that have it.
inline constexpr auto kAboutTta =
    "test-time augmentation: the mean over the predictions for several views of every image: none, "
    "flip, five_crop, ten_crop, or a table as in the recipe, such as '{ scales = [1.15] }' (see "
    "`temper explain tta`); default: that of the run's recipe, evaluation.tta";

/// Refuses an edit of evaluation.tta beside an option that leaves it without effect.
/// @param own  recipe::tta_text() before the edits
inline void refuse_views(const train::SavedModel& model, const std::string& own,
                         std::string_view option) {
  if (recipe::tta_text(model.tta) != own)
    throw Error(
        Code::usage,
        fmt::format("evaluation.tta has no effect beside {}; leave one of them out", option));
}

}  // namespace temper::cli
