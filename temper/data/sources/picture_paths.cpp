#include "temper/data/sources/picture_paths.h"

#include <system_error>

#include "temper/core/error.h"
#include "temper/data/sources/listing.h"
#include "temper/io/image/picture_name.h"

namespace temper::data {
namespace {

namespace fs = std::filesystem;

void collect(const fs::path& folder, std::vector<fs::path>& pictures) {
  for (const auto& entry : entries(folder)) {
    if (is_folder(entry)) {
      if (!entry.is_symlink()) collect(entry.path(), pictures);
    } else if (io::is_picture_name(entry.path())) {
      pictures.push_back(entry.path());
    }
  }
}

}  // namespace

std::vector<fs::path> pictures_below(const fs::path& folder) {
  std::vector<fs::path> pictures;
  collect(folder, pictures);
  return pictures;
}

std::optional<std::string> PicturePaths::next() {
  while (true) {
    if (given_ < found_.size()) return found_[given_++];
    auto named = next_named();
    // What can't be looked at is left to the reader of the file, which says why.
    std::error_code ignored;
    if (!named || !fs::is_directory(*named, ignored)) return named;
    open(*named);
  }
}

/// The next file or folder that an argument or a line names.
std::optional<std::string> PicturePaths::next_named() {
  while (argument_ < arguments_.size()) {
    if (arguments_[argument_] != "-") return arguments_[argument_++];
    for (std::string line; std::getline(lines_, line, separator_);)
      if (!line.empty()) return line;
    ++argument_;
  }
  return std::nullopt;
}

void PicturePaths::open(const std::string& folder) {
  found_.clear();
  given_ = 0;
  for (const auto& path : pictures_below(folder)) found_.push_back(path.string());
  if (found_.empty())
    throw Error(Code::data, {.file = folder},
                "no pictures (.png, .jpg, .jpeg, .webp) in this folder or the folders in it");
}

}  // namespace temper::data
