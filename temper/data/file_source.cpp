#include "temper/data/file_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "temper/core/error.h"
#include "temper/data/digest.h"
#include "temper/io/read_file.h"

namespace temper::data {
namespace {

constexpr std::uint64_t kMaxFile = std::uint64_t{512} << 20;

/// Calls work(0), ..., work(n - 1), in several threads. After a failure no more is begun, and the
/// failure with the smallest index is thrown.
void for_each_index(std::size_t n, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::size_t failed = n;
  std::exception_ptr error;
  const auto run = [&] {
    for (std::size_t i = next++; i < n; i = next++) try {
        work(i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (i < failed) {
          failed = i;
          error = std::current_exception();
        }
        next = n;
      }
  };
  {
    const std::size_t helpers = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 8);
    std::vector<std::jthread> threads;
    for (std::size_t t = 1; t < std::min(helpers, n); ++t) threads.emplace_back(run);
    run();
  }
  if (error) std::rethrow_exception(error);
}

}  // namespace

FileSource::FileSource(std::vector<File> files, std::vector<std::string> classes,
                       const FileOptions& options)
    : files_(std::move(files)), classes_(std::move(classes)), channels_(options.channels) {
  if (channels_ != 1 && channels_ != 3)
    throw Error(Code::usage, fmt::format("pictures with {} channels; expected 1 or 3", channels_));
  if (!fits(options.memory)) return;
  images_.resize(files_.size());
  for_each_index(files_.size(), [this](std::size_t i) { images_[i] = decode(i); });
}

io::Image FileSource::decode(std::size_t i) const {
  const auto& path = files_[i].path;
  return io::decode_image(io::read_file(path, kMaxFile), path.string(), channels_);
}

bool FileSource::fits(std::int64_t memory) const {
  // Judged by some of the pictures: decoding all of a large set to find out would take minutes.
  const std::size_t n = files_.size();
  const std::size_t probes = std::min<std::size_t>(n, 32);
  std::size_t bytes = 0;
  for (std::size_t k = 0; k < probes; ++k) bytes += decode(k * n / probes).size();
  const double estimate = static_cast<double>(bytes) * static_cast<double>(n) /
                          static_cast<double>(std::max<std::size_t>(probes, 1));
  return estimate <= static_cast<double>(memory);
}

std::int64_t FileSource::size() const {
  return std::ssize(files_);
}

std::int64_t FileSource::label(std::int64_t i) const {
  return files_[static_cast<std::size_t>(i)].label;
}

void FileSource::read(std::int64_t i, io::Image& into) const {
  const auto index = static_cast<std::size_t>(i);
  into = images_.empty() ? decode(index) : images_[index];
}

std::string FileSource::where(std::int64_t i) const {
  return files_[static_cast<std::size_t>(i)].path.string();
}

std::string FileSource::digest() const {
  Digest digest;
  digest.add(classes_).add(channels_).add(size());
  for (const auto& file : files_) {
    std::error_code none;
    const auto bytes = std::filesystem::file_size(file.path, none);
    digest.add(file.name).add(file.label).add(none ? -1 : static_cast<std::int64_t>(bytes));
  }
  return digest.hex();
}

std::int64_t FileSource::bytes_in_memory() const {
  std::int64_t bytes = 0;
  for (const auto& image : images_) bytes += std::ssize(image.pixels);
  return bytes;
}

std::optional<augment::Size> FileSource::common_size() const {
  if (images_.empty()) return std::nullopt;
  const auto& first = images_.front();
  for (const auto& image : images_)
    if (image.height != first.height || image.width != first.width) return std::nullopt;
  return augment::Size{first.height, first.width};
}

}  // namespace temper::data
