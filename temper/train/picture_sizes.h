#pragma once
#include <cstdint>
#include <vector>

#include "temper/augment/pixels/box.h"
#include "temper/data/sources/source.h"

namespace temper::train {

/// The sizes of evenly spaced pictures of a set, from their headers. Those that can't be read are
/// left out.
/// @param count  number of pictures that are tried, at most
std::vector<augment::Size> some_sizes(const data::Source& source, std::int64_t count);

}  // namespace temper::train
