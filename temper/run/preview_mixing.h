#pragma once
#include "temper/run/preview.h"

namespace temper::run {

/// The pictures of a row, of one size, mixed with one another by each method of recipe.mixing,
/// which is not empty, as if they were the first batch; a row for each method.
PreviewSection mixed_section(const train::Plan& plan, const PreviewRow& prepared);

}  // namespace temper::run
