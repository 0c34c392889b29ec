#include "temper/data/sources/data_digest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "temper/data/sources/digest.h"

namespace temper::data {
namespace {

std::string contents_digest(const Source& source) {
  std::vector<std::optional<io::HashValue>> images;
  images.reserve(static_cast<std::size_t>(source.size()));
  for (std::int64_t i = 0; i < source.size(); ++i) {
    images.push_back(source.content(i));
    if (!images.back()) return {};
  }
  return data::contents_digest(images);
}

}  // namespace

DataDigest digest_of(const Dataset& dataset) {
  std::vector<std::string> names;
  std::vector<std::string> contents;
  for (const auto& set : {dataset.train, dataset.validation, dataset.test}) {
    if (!set) continue;
    names.push_back(set->digest());
    contents.push_back(contents_digest(*set));
  }
  return {.names = fmt::format("{}", fmt::join(names, ":")), .contents = joined_digests(contents)};
}

std::string joined_digests(const std::vector<std::string>& sets) {
  if (std::ranges::find(sets, "") != sets.end()) return {};
  return fmt::format("{}", fmt::join(sets, ":"));
}

std::string contents_digest(std::span<const std::optional<io::HashValue>> images) {
  Digest digest;
  for (const auto& image : images) {
    if (!image) return {};
    digest.add(*image);
  }
  return digest.hex();
}

}  // namespace temper::data
