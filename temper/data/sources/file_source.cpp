#include "temper/data/sources/file_source.h"

#include <utility>

#include "temper/data/sources/digest.h"
#include "temper/data/sources/names.h"
#include "temper/data/sources/parallel.h"

namespace temper::data {

FileSource::FileSource(std::vector<File> files, std::vector<std::string> classes,
                       const FileOptions& options)
    : CachedSource(std::move(classes), options), files_(std::move(files)), stamps_(files_.size()) {
  for (const auto& file : files_) check_path(file.path);
  for_each_index(files_.size(),
                 [this](std::size_t i) { stamps_[i] = io::stamp_of(files_[i].path); });
  open();
}

void FileSource::load(std::int64_t i, io::Picture& into) const {
  const auto index = static_cast<std::size_t>(i);
  into.load(files_[index].path, options().decoding(),
            {.timeout = options().read_timeout, .expected = stamps_[index]});
}

std::int64_t FileSource::size() const {
  return std::ssize(files_);
}

std::int64_t FileSource::label(std::int64_t i) const {
  return files_[static_cast<std::size_t>(i)].label;
}

std::string FileSource::where(std::int64_t i) const {
  return files_[static_cast<std::size_t>(i)].path.string();
}

std::string FileSource::name(std::int64_t i) const {
  return files_[static_cast<std::size_t>(i)].name;
}

std::string FileSource::digest() const {
  Digest digest;
  digest.add(classes()).add(channels()).add(size());
  for (std::size_t i = 0; i < files_.size(); ++i)
    digest.add(files_[i].name).add(files_[i].label).add(stamps_[i].size);
  return digest.hex();
}

}  // namespace temper::data
