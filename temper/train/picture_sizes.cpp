#include "temper/train/picture_sizes.h"

#include <algorithm>
#include <optional>

#include "temper/core/error.h"

namespace temper::train {
namespace {

std::optional<augment::Size> size_of(const data::Source& source, std::int64_t i,
                                     io::Picture& picture) {
  try {
    source.read(i, picture);
    return augment::Size{picture.height(), picture.width()};
  } catch (const Error& error) {
    if (error.code() != Code::data && error.code() != Code::io) throw;
    return std::nullopt;
  }
}

}  // namespace

std::vector<augment::Size> some_sizes(const data::Source& source, std::int64_t count) {
  std::vector<augment::Size> sizes;
  io::Picture picture;
  const auto n = source.size();
  const auto tried = std::min(n, count);
  for (std::int64_t k = 0; k < tried; ++k)
    if (const auto size = size_of(source, k * n / tried, picture)) sizes.push_back(*size);
  return sizes;
}

}  // namespace temper::train
