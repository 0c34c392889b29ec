#include "temper/data/sources/subset.h"

#include <cassert>
#include <utility>

#include "temper/data/sources/digest.h"

namespace temper::data {

Subset::Subset(std::shared_ptr<const Source> base, std::vector<std::int64_t> rows)
    : base_(std::move(base)), rows_(std::move(rows)) {
  for ([[maybe_unused]] const auto row : rows_) assert(row >= 0 && row < base_->size());
}

std::int64_t Subset::size() const {
  return std::ssize(rows_);
}

std::string Subset::digest() const {
  return Digest().add(base_->digest()).add(std::as_bytes(std::span(rows_))).hex();
}

}  // namespace temper::data
