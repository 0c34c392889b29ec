#include "temper/data/sources/file_source.h"

#include <fmt/format.h>

#include <utility>

#include "temper/core/error.h"
#include "temper/data/sources/digest.h"
#include "temper/data/sources/names.h"
#include "temper/data/sources/parallel.h"

namespace temper::data {

FileSource::FileSource(std::vector<File> files, std::vector<std::string> classes,
                       const FileOptions& options)
    : files_(std::move(files)),
      classes_(std::move(classes)),
      options_(options),
      stamps_(files_.size()) {
  if (options_.channels != 1 && options_.channels != 3)
    throw Error(Code::usage,
                fmt::format("pictures with {} channels; expected 1 or 3", options_.channels));
  for (const auto& file : files_) check_path(file.path);
  for_each_index(files_.size(),
                 [this](std::size_t i) { stamps_[i] = io::stamp_of(files_[i].path); });
  cache_ = DecodedCache(
      std::ssize(files_), [this](std::int64_t i, io::Picture& into) { load(i, into); }, options_);
}

void FileSource::load(std::int64_t i, io::Picture& into) const {
  const auto index = static_cast<std::size_t>(i);
  into.load(files_[index].path, options_.decoding(),
            {.timeout = options_.read_timeout, .expected = stamps_[index]});
}

std::int64_t FileSource::size() const {
  return std::ssize(files_);
}

std::int64_t FileSource::label(std::int64_t i) const {
  return files_[static_cast<std::size_t>(i)].label;
}

void FileSource::read(std::int64_t i, io::Picture& into) const {
  if (!cache_.read(i, into)) load(i, into);
}

std::string FileSource::where(std::int64_t i) const {
  return files_[static_cast<std::size_t>(i)].path.string();
}

std::string FileSource::name(std::int64_t i) const {
  return files_[static_cast<std::size_t>(i)].name;
}

std::string FileSource::digest() const {
  Digest digest;
  digest.add(classes_).add(options_.channels).add(size());
  for (std::size_t i = 0; i < files_.size(); ++i)
    digest.add(files_[i].name).add(files_[i].label).add(stamps_[i].size);
  return digest.hex();
}

}  // namespace temper::data
