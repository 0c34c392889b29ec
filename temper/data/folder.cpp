#include "temper/data/folder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <utility>

#include "temper/core/error.h"
#include "temper/data/normalisation.h"
#include "temper/io/system_error.h"

namespace temper::data {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLookedFor = "pictures (.png, .jpg, .jpeg, .webp)";

[[noreturn]] void unreadable(const fs::path& path, const std::error_code& error) {
  throw io::system_error("read", path, error.value());
}

bool hidden(const fs::path& path) {
  return path.filename().string().starts_with('.');
}

bool is_picture(const fs::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending == ".png" || ending == ".jpg" || ending == ".jpeg" || ending == ".webp";
}

/// What lies in a folder and is not hidden, sorted by name.
std::vector<fs::directory_entry> entries(const fs::path& path) {
  std::error_code error;
  std::vector<fs::directory_entry> result;
  fs::directory_iterator it(path, error);
  for (; !error && it != fs::directory_iterator(); it.increment(error))
    if (!hidden(it->path())) result.push_back(*it);
  if (error) unreadable(path, error);
  std::sort(result.begin(), result.end(),
            [](const auto& a, const auto& b) { return a.path().native() < b.path().native(); });
  return result;
}

bool is_folder(const fs::path& path) {
  std::error_code error;
  const bool yes = fs::is_directory(path, error);
  if (error == std::errc::permission_denied) unreadable(path, error);
  return yes;
}

std::vector<std::string> folders_in(const fs::path& path) {
  std::vector<std::string> names;
  for (const auto& entry : entries(path))
    if (is_folder(entry.path())) names.push_back(entry.path().filename().string());
  return names;
}

/// All pictures in a folder and in those below it. Links to files are followed, links to folders
/// below the classes are not: they could lead in a circle.
void collect(const fs::path& folder, const fs::path& set, std::int64_t label,
             std::vector<FileSource::File>& files) {
  for (const auto& entry : entries(folder)) {
    const auto& path = entry.path();
    if (is_folder(path)) {
      if (!entry.is_symlink()) collect(path, set, label, files);
    } else if (is_picture(path)) {
      files.push_back({path, path.lexically_relative(set).generic_string(), label});
    }
  }
}

/// The pictures of one set. Every class of `classes` may be missing; others may not be there.
std::vector<FileSource::File> pictures(const fs::path& set,
                                       const std::vector<std::string>& classes) {
  std::vector<FileSource::File> files;
  for (const auto& name : folders_in(set)) {
    const auto found = std::find(classes.begin(), classes.end(), name);
    if (found == classes.end())
      throw Error(Code::data, fmt::format("{}: a class that the training set does not have; it has "
                                          "{}",
                                          (set / name).string(), fmt::join(classes, ", ")));
    collect(set / name, set, found - classes.begin(), files);
  }
  if (files.empty())
    throw Error(Code::data,
                fmt::format("{}: no {} in its class folders", set.string(), kLookedFor));
  return files;
}

[[noreturn]] void no_classes(const fs::path& path) {
  const auto here = entries(path);
  const bool loose = std::any_of(here.begin(), here.end(),
                                 [](const auto& entry) { return is_picture(entry.path()); });
  throw Error(Code::data,
              loose ? fmt::format("{}: pictures lie in the folder itself; put those of each class "
                                  "into a folder with the class's name",
                                  path.string())
                    : fmt::format("{}: no images. Looked for folders, one for each class, with {}, "
                                  "or for train/, val/ and test/ with such folders",
                                  path.string(), kLookedFor));
}

std::vector<FileSource::File> training_pictures(const fs::path& set,
                                                const std::vector<std::string>& classes) {
  if (classes.empty()) no_classes(set);
  auto files = pictures(set, classes);
  std::vector<bool> seen(classes.size());
  for (const auto& file : files) seen[static_cast<std::size_t>(file.label)] = true;
  for (std::size_t c = 0; c < classes.size(); ++c)
    if (!seen[c])
      throw Error(Code::data, fmt::format("{}: no {}; remove the folder if it is not a class",
                                          (set / classes[c]).string(), kLookedFor));
  if (classes.size() < 2)
    throw Error(Code::data, fmt::format("{}: only one class, '{}'; a classifier needs two or more, "
                                        "each a folder with its pictures",
                                        set.string(), classes.front()));
  return files;
}

struct Layout {
  fs::path train;
  fs::path validation = {};  ///< empty: none
  fs::path test = {};        ///< empty: none
};

Layout layout_of(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    if (error) unreadable(path, error);
    throw Error(Code::data, fmt::format("{}: no such folder", path.string()));
  }
  if (!is_folder(path))
    throw Error(Code::data, fmt::format("{}: a file; expected a folder with a folder of pictures "
                                        "for each class",
                                        path.string()));
  // A class may be called "train": a training set is a folder of folders.
  if (!is_folder(path / "train") || folders_in(path / "train").empty()) return {path};
  Layout layout{path / "train"};
  for (const char* name : {"val", "valid", "validation"}) {
    if (!is_folder(path / name)) continue;
    if (!layout.validation.empty())
      throw Error(Code::data,
                  fmt::format("{}: both '{}' and '{}'; expected one validation set", path.string(),
                              layout.validation.filename().string(), name));
    layout.validation = path / name;
  }
  if (is_folder(path / "test")) layout.test = path / "test";
  return layout;
}

}  // namespace

Dataset folder(const fs::path& path, const FileOptions& options) {
  const Layout layout = layout_of(path);
  const auto classes = folders_in(layout.train);
  FileOptions rest = options;  // the sets share the memory
  std::vector<std::optional<augment::Size>> sizes;
  const auto open = [&](std::vector<FileSource::File> files) {
    auto source = std::make_shared<FileSource>(std::move(files), classes, rest);
    rest.memory -= source->bytes_in_memory();
    sizes.push_back(source->common_size());
    return source;
  };
  Dataset dataset;
  dataset.train = open(training_pictures(layout.train, classes));
  if (!layout.validation.empty()) dataset.validation = open(pictures(layout.validation, classes));
  if (!layout.test.empty()) dataset.test = open(pictures(layout.test, classes));
  if (sizes.front() && std::count(sizes.begin(), sizes.end(), sizes.front()) == std::ssize(sizes)) {
    dataset.height = static_cast<int>(sizes.front()->height);
    dataset.width = static_cast<int>(sizes.front()->width);
  }
  dataset.normalisation = imagenet_normalisation(options.channels);
  return dataset;
}

}  // namespace temper::data
