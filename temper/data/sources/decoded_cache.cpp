#include "temper/data/sources/decoded_cache.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>

#include "temper/data/sources/parallel.h"
#include "temper/data/sources/unreadable_image.h"

namespace temper::data {
namespace {

/// Throws the error that is being handled, unless it may be that of an image which is then kept.
void require_kept(const Error& error, bool keep_bad) {
  if (!may_be_bad_image(error)) throw;
  if (!keep_bad) throw UnreadableImage(error);
}

augment::Size size_of(const io::Picture& picture) {
  return {picture.height(), picture.width()};
}

std::int64_t pixel_bytes(const io::Picture& picture) {
  return std::int64_t{picture.height()} * picture.width() * picture.channels();
}

/// A sample of the headers, since reading all of a large set would take minutes.
struct Sample {
  double bytes = 0;                        ///< of the whole set, decoded; an estimate
  std::optional<augment::Size> size = {};  ///< of the first image that can be read
  bool same_size = true;
};

Sample sample(std::int64_t size, const DecodedCache::Load& load, bool keep_bad) {
  const std::int64_t probes = std::min<std::int64_t>(size, 32);
  Sample found;
  io::Picture picture;
  for (std::int64_t k = 0; k < probes; ++k) try {
      load(k * size / probes, picture);
      found.bytes += static_cast<double>(pixel_bytes(picture));
      if (!found.size) found.size = size_of(picture);
      found.same_size = found.same_size && found.size == size_of(picture);
    } catch (const Error& error) {
      require_kept(error, keep_bad);
    }
  if (probes > 0)
    found.bytes = found.bytes * static_cast<double>(size) / static_cast<double>(probes);
  return found;
}

}  // namespace

DecodedCache::DecodedCache(std::int64_t size, const Load& load, const FileOptions& options) {
  const auto found = sample(size, load, options.keep_bad);
  const bool cached = found.bytes <= static_cast<double>(options.memory);
  const bool sized = found.bytes <= static_cast<double>(options.sized_bytes);
  if (cached || options.hash_contents) contents_.resize(static_cast<std::size_t>(size));
  if (cached)
    fill(size, load, options);
  else if (options.hash_contents || (sized && found.size && found.same_size))
    look_through(size, load, found.size, options.keep_bad);
  if (!sized) common_size_.reset();
}

/// Decodes all images. The set may be larger than its sample: pixels beyond the memory budget are
/// not kept, and decoded again when they are read.
void DecodedCache::fill(std::int64_t size, const Load& load, const FileOptions& options) {
  images_.resize(static_cast<std::size_t>(size));
  std::atomic<std::int64_t> total = 0;
  std::mutex mutex;
  for_each_index(images_.size(), [&](std::size_t i) {
    thread_local io::Picture picture;
    auto& image = images_[i];
    try {
      load(static_cast<std::int64_t>(i), picture);
      contents_[i] = io::hash_of(picture.file());
      if (!picture.shrinks()) total += pixel_bytes(picture);
      if (picture.shrinks() || total > options.memory)
        image = {picture.height(), picture.width(), picture.channels(), {}};
      else
        picture.copy_to(image);
    } catch (const Error& error) {
      require_kept(error, options.keep_bad);
      if (!contents_[i] && error.code() == Code::data) contents_[i].emplace();
      const std::scoped_lock lock(mutex);
      bad_.emplace(i, error);
    }
  });
  decoded_bytes_ = total;
  bool same = true;
  for (const auto& image : images_) {
    const augment::Size one{image.height, image.width};
    if (one == augment::Size{}) continue;  // an image that can't be read
    if (!common_size_) common_size_ = one;
    same = same && common_size_ == one;
  }
  if (!same) common_size_.reset();
}

/// Reads all files where their hashes are wanted, otherwise until one has another size than the
/// first; then images that can't be read are found when they are used.
void DecodedCache::look_through(std::int64_t size, const Load& load,
                                std::optional<augment::Size> first, bool keep_bad) {
  const bool hashed = !contents_.empty();
  std::atomic<bool> same = true;
  std::atomic<std::int64_t> total = 0;
  for_each_index(static_cast<std::size_t>(size), [&](std::size_t i) {
    if (!same && !hashed) return;
    thread_local io::Picture picture;
    try {
      load(static_cast<std::int64_t>(i), picture);
    } catch (const Error& error) {
      require_kept(error, keep_bad || !hashed);
      if (hashed && error.code() == Code::data) contents_[i].emplace();
      return;
    }
    if (hashed) contents_[i] = io::hash_of(picture.file());
    if (size_of(picture) != first) same = false;
    if (!picture.shrinks()) total += pixel_bytes(picture);
  });
  if (!same) return;
  common_size_ = first;
  decoded_bytes_ = total;
}

bool DecodedCache::read(std::int64_t i, io::Picture& into) const {
  if (images_.empty()) return false;
  const auto index = static_cast<std::size_t>(i);
  if (const auto bad = bad_.find(index); bad != bad_.end()) throw Error(bad->second);
  if (images_[index].pixels.empty()) return false;
  into.view(images_[index]);
  return true;
}

std::optional<io::HashValue> DecodedCache::content(std::int64_t i) const {
  if (contents_.empty()) return std::nullopt;
  return contents_[static_cast<std::size_t>(i)];
}

std::int64_t DecodedCache::bytes() const {
  std::int64_t total = 0;
  for (const auto& image : images_) total += std::ssize(image.pixels);
  return total;
}

}  // namespace temper::data
