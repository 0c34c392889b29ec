#include "temper/data/sources/decoded_cache.h"

#include <algorithm>
#include <array>
#include <exception>
#include <mutex>

#include "temper/data/sources/parallel.h"

namespace temper::data {
namespace {

bool may_be_bad(const Error& error) {
  return error.code() == Code::data || error.code() == Code::io;
}

/// Estimated from a sample of the headers, since reading all of a large set would take minutes.
bool fits(std::int64_t size, const DecodedCache::Load& load, const FileOptions& options) {
  const std::int64_t probes = std::min<std::int64_t>(size, 32);
  double bytes = 0;
  io::Picture picture;
  for (std::int64_t k = 0; k < probes; ++k) try {
      load(k * size / probes, picture);
      bytes += static_cast<double>(picture.height()) * picture.width() * picture.channels();
    } catch (const Error& error) {
      if (!options.keep_bad || !may_be_bad(error)) throw;
    }
  return probes == 0 || bytes * static_cast<double>(size) / static_cast<double>(probes) <=
                            static_cast<double>(options.memory);
}

}  // namespace

DecodedCache::DecodedCache(std::int64_t size, const Load& load, const FileOptions& options) {
  if (!fits(size, load, options)) return;
  images_.resize(static_cast<std::size_t>(size));
  std::mutex mutex;
  for_each_index(images_.size(), [&](std::size_t i) {
    thread_local io::Picture picture;
    auto& image = images_[i];
    try {
      load(static_cast<std::int64_t>(i), picture);
      if (picture.shrinks())
        image = {picture.height(), picture.width(), picture.channels(), {}};
      else
        picture.copy_to(image);
    } catch (const Error& error) {
      if (!options.keep_bad || !may_be_bad(error)) throw;
      const std::scoped_lock lock(mutex);
      bad_.emplace(i, error);
    }
  });
}

bool DecodedCache::read(std::int64_t i, io::Picture& into) const {
  if (images_.empty()) return false;
  const auto index = static_cast<std::size_t>(i);
  if (const auto bad = bad_.find(index); bad != bad_.end()) throw Error(bad->second);
  if (images_[index].pixels.empty()) return false;
  into.view(images_[index]);
  return true;
}

std::int64_t DecodedCache::bytes() const {
  std::int64_t total = 0;
  for (const auto& image : images_) total += std::ssize(image.pixels);
  return total;
}

std::optional<augment::Size> DecodedCache::common_size() const {
  std::optional<augment::Size> common;
  for (const auto& image : images_) {
    const augment::Size size{image.height, image.width};
    if (size == augment::Size{}) continue;  // an image that can't be read
    if (common && *common != size) return std::nullopt;
    common = size;
  }
  return common;
}

}  // namespace temper::data
