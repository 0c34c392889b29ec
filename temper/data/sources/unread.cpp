#include "temper/data/sources/unread.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "temper/core/lower_case.h"
#include "temper/core/printable.h"
#include "temper/data/sources/listing.h"
#include "temper/io/disk/system_folder.h"
#include "temper/io/format/picture_ending.h"

namespace temper::data {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMostFiles = 200'000;
constexpr std::size_t kGroupsShown = 4;
constexpr const char* kOtherName = "a name that does not end in .png, .jpg, .jpeg or .webp";

enum class Kind : std::uint8_t { none, picture, other_picture, table };

/// What a file is by its name. The files "._NAME" that macOS writes beside others are nothing.
Kind kind_of(const std::string& name) {
  if (name.starts_with("._")) return Kind::none;
  switch (io::picture_ending(name)) {
    case io::PictureEnding::read:
      return Kind::picture;
    case io::PictureEnding::unread:
      return Kind::other_picture;
    case io::PictureEnding::none:
      break;
  }
  if (is_table_name(name)) return Kind::table;
  const auto small = to_lower(name);
  const auto ends_in = [&](auto... endings) { return (small.ends_with(endings) || ...); };
  return ends_in(".tar", "-ubyte", "-ubyte.gz") ? Kind::table : Kind::none;
}

class Search {
 public:
  Search(FilesRead& read, const UnreadReasons& reasons) : read_(read), reasons_(reasons) {}

  std::vector<Unread> all_of(const fs::path& folder) {
    std::error_code error;
    root_ = fs::canonical(folder, error);
    if (!error) within(folder, root_);
    std::ranges::sort(unread_, {}, &Unread::path);
    if (left_ <= 0)
      unread_.push_back(
          {folder.string(),
           fmt::format("more than {} files are not read; the search ended there", kMostFiles), 0});
    return std::move(unread_);
  }

 private:
  /// @param place  the folder's path without links
  void within(const fs::path& folder, const fs::path& place) {
    if (!visited_.insert(place.native()).second) return;
    auto* names = read_.in(place);
    if (names != nullptr && !std::ranges::is_sorted(*names)) std::ranges::sort(*names);
    std::error_code error;
    fs::directory_iterator it(folder, fs::directory_options::skip_permission_denied, error);
    for (; !error && left_ > 0 && it != fs::directory_iterator(); it.increment(error)) {
      const auto name = name_of(it->path());
      // Links are resolved only if they are not files that are read.
      if (names != nullptr && std::ranges::binary_search(*names, name)) continue;
      std::error_code none;
      if (it->is_directory(none))
        subfolder(*it, place / name);
      else
        file(it->path());
    }
  }

  void subfolder(const fs::directory_entry& entry, fs::path place) {
    std::error_code error;
    const bool top = place.parent_path() == root_;
    const bool link = entry.is_symlink(error);
    if (link) place = fs::canonical(entry.path(), error);
    if (error) return;
    if (read_.in(place) != nullptr) return within(entry.path(), place);
    const auto name = name_of(entry.path());
    bool readable = false;
    const auto files = count_in(entry.path(), readable);
    if (files == 0) return;
    const auto reason = [&]() -> std::string {
      if (name.starts_with('.')) return "a hidden folder";
      if (io::is_system_folder(name))
        return "a folder that a system makes, for thumbnails, deleted files and the like";
      if (!readable) return kOtherName;
      return link && !top ? "a link to a folder, which is not followed" : reasons_.folder;
    };
    unread_.push_back({entry.path().string(), reason(), files});
  }

  /// @param readable  becomes whether there are files that could be read by their names
  std::int64_t count_in(const fs::path& folder, bool& readable) {
    std::int64_t files = 0;
    std::error_code error;
    fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied,
                                        error);
    for (; !error && left_ > 0 && it != fs::recursive_directory_iterator(); it.increment(error)) {
      --left_;
      std::error_code none;
      const auto kind = kind_of(std::string(name_of(it->path())));
      if (kind == Kind::none || (!it->is_symlink(none) && it->is_directory(none))) continue;
      ++files;
      readable = readable || kind != Kind::other_picture;
    }
    return files;
  }

  void file(const fs::path& path) {
    --left_;
    const std::string name(name_of(path));
    const auto kind = kind_of(name);
    if (kind == Kind::none) return;
    unread_.push_back({path.string(), name.starts_with('.')   ? "a hidden file"
                                      : kind == Kind::picture ? reasons_.picture
                                      : kind == Kind::table   ? reasons_.other
                                                              : std::string(kOtherName)});
  }

  fs::path root_;  ///< without links
  FilesRead& read_;
  const UnreadReasons& reasons_;
  std::int64_t left_ = kMostFiles;  ///< files that may be looked at
  std::unordered_set<std::string> visited_;
  std::vector<Unread> unread_;
};

/// Items with the same reason.
struct Group {
  const Unread* first = nullptr;
  std::size_t items = 0;
  std::int64_t files = 0;

  [[nodiscard]] std::string text() const {
    const auto count = items == 1 && files > 1 ? fmt::format("{} in ", files)
                       : items > 1             ? fmt::format("{} such as ", files)
                                               : std::string();
    return fmt::format("{}{} ({})", count, printable(first->path), first->reason);
  }
};

}  // namespace

void FilesRead::add(const fs::path& file) {
  const std::string_view path = file.native();
  const auto begin = path.rfind('/') + 1;  // 0, if there is no '/'
  const auto folder = path.substr(0, begin);
  if (last_names_ == nullptr || folder != last_) {
    last_ = folder;
    last_names_ = &names_of(last_);
  }
  last_names_->emplace_back(path.substr(begin));
}

FilesRead::Names& FilesRead::names_of(const std::string& folder) {
  auto& known = known_[folder];
  if (known != nullptr) return *known;
  std::error_code error;
  auto place = fs::canonical(folder.empty() ? "." : folder, error);
  if (error) place = fs::absolute(folder).lexically_normal();  // it does not exist
  known = &folders_[place.native()];
  for (auto above = place.parent_path(); folders_.try_emplace(above.native()).second;)
    above = above.parent_path();
  return *known;
}

FilesRead::Names* FilesRead::in(const fs::path& folder) {
  const auto found = folders_.find(folder.native());
  return found == folders_.end() ? nullptr : &found->second;
}

std::vector<Unread> unread_in(const fs::path& folder, FilesRead& read,
                              const UnreadReasons& reasons) {
  return Search(read, reasons).all_of(folder);
}

std::string note_of(const std::vector<Unread>& unread) {
  std::vector<Group> groups;
  std::int64_t files = 0;
  for (const auto& one : unread) {
    auto group = std::ranges::find_if(
        groups, [&](const Group& other) { return other.first->reason == one.reason; });
    if (group == groups.end()) {
      groups.push_back({.first = &one});
      group = groups.end() - 1;
    }
    ++group->items;
    group->files += one.files;
    files += one.files;
  }
  if (groups.empty()) return {};
  std::ranges::stable_sort(groups, std::ranges::greater(), &Group::files);
  std::string text;
  for (std::size_t k = 0; k < std::min(groups.size(), kGroupsShown); ++k)
    text += (k == 0 ? "" : "; ") + groups[k].text();
  if (groups.size() > kGroupsShown) text += "; and others";
  return fmt::format("{} {} not read: {}", files, files == 1 ? "file is" : "files are", text);
}

}  // namespace temper::data
