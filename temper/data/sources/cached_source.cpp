#include "temper/data/sources/cached_source.h"

#include <fmt/format.h>

#include <utility>

#include "temper/core/error.h"

namespace temper::data {

CachedSource::CachedSource(std::vector<std::string> classes, const FileOptions& options)
    : classes_(std::move(classes)), options_(options) {
  if (options_.channels != 1 && options_.channels != 3)
    throw Error(Code::usage,
                fmt::format("pictures with {} channels; expected 1 or 3", options_.channels));
}

void CachedSource::open() {
  cache_ =
      DecodedCache(size(), [this](std::int64_t i, io::Picture& into) { load(i, into); }, options_);
}

void CachedSource::read(std::int64_t i, io::Picture& into) const {
  if (!cache_.read(i, into)) load(i, into);
}

}  // namespace temper::data
