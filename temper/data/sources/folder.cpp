#include "temper/data/sources/folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/data/sources/class_names.h"
#include "temper/data/sources/dataset_builder.h"
#include "temper/data/sources/listing.h"
#include "temper/data/sources/names.h"
#include "temper/data/sources/set_names.h"
#include "temper/io/disk/system_error.h"

namespace temper::data {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLookedFor = "pictures (.png, .jpg, .jpeg, .webp)";

/// Collects all images in a folder and its subfolders. Links to files are followed, but not links
/// to folders below the classes, since they could form a cycle.
void collect(const fs::path& folder, const fs::path& set, std::int64_t label,
             std::vector<FileSource::File>& files) {
  for (const auto& entry : entries(folder)) {
    const auto& path = entry.path();
    if (is_folder(entry)) {
      if (!entry.is_symlink()) collect(path, set, label, files);
    } else if (is_picture_name(path)) {
      files.push_back({path, path.lexically_relative(set).generic_string(), label});
    }
  }
}

/// The images of one set. Classes of `classes` may be missing; other classes are an error.
std::vector<FileSource::File> pictures(const fs::path& set,
                                       const std::vector<std::string>& classes) {
  std::vector<FileSource::File> files;
  for (const auto& name : folders_in(set)) {
    check_path(set / name);
    const auto found = std::find(classes.begin(), classes.end(), name);
    if (found == classes.end())
      throw Error(
          Code::data, {.file = (set / name).string()},
          fmt::format("a class that the training set does not have; it has {}", some_of(classes)));
    collect(set / name, set, found - classes.begin(), files);
  }
  if (files.empty())
    throw Error(Code::data, {.file = set.string()},
                fmt::format("no {} in its class folders", kLookedFor));
  return files;
}

[[noreturn]] void no_classes(const fs::path& path) {
  const auto here = entries(path);
  const bool loose = std::any_of(here.begin(), here.end(),
                                 [](const auto& entry) { return is_picture_name(entry.path()); });
  throw Error(Code::data, {.file = path.string()},
              loose ? "pictures are in the folder itself; put those of each class into a subfolder "
                      "with the name of the class"
                    : fmt::format("no images. Looked for folders, one for each class, with {}, or "
                                  "for train/, val/ and test/ with such folders",
                                  kLookedFor));
}

std::vector<FileSource::File> training_pictures(const fs::path& set,
                                                const std::vector<std::string>& classes) {
  if (classes.empty()) no_classes(set);
  auto files = pictures(set, classes);
  std::vector<bool> seen(classes.size());
  for (const auto& file : files) seen[static_cast<std::size_t>(file.label)] = true;
  for (std::size_t c = 0; c < classes.size(); ++c)
    if (!seen[c])
      throw Error(Code::data, {.file = (set / classes[c]).string()},
                  fmt::format("no {}; remove the folder if it is not a class", kLookedFor));
  if (classes.size() < 2)
    throw Error(
        Code::data, {.file = set.string()},
        fmt::format(
            "only one class, '{}'; a classifier needs two or more, each a folder of pictures",
            classes.front()));
  return files;
}

/// Classes may have the names of sets; a set is recognized by its subfolders.
bool is_set(const fs::path& path, const std::string& name) {
  return part_of(name) && !folders_in(path / name).empty();
}

struct Layout {
  fs::path train;
  fs::path validation = {};  ///< empty: none
  fs::path test = {};        ///< empty: none
};

Layout layout_of(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    if (error) throw io::system_error("read", path, error.value());
    throw Error(Code::data, {.file = path.string()}, "no such folder");
  }
  if (!is_folder(path))
    throw Error(Code::data, {.file = path.string()},
                "a file; expected a folder with one subfolder of pictures per class");
  const auto folders = folders_in(path);
  if (!holds_training_folder(path)) {
    if (!folders.empty() && std::all_of(folders.begin(), folders.end(),
                                        [&](const auto& name) { return is_set(path, name); }))
      throw Error(
          Code::data, {.file = path.string()},
          fmt::format("a folder '{}' with subfolders, but no 'train'; expected a training set, too",
                      folders.front()));
    return {path};
  }
  const auto names = part_names(folders, path.string());
  const auto place = [&](const std::string& name) {
    return name.empty() ? fs::path() : path / name;
  };
  return {path / names.train, place(names.validation), place(names.test)};
}

}  // namespace

bool holds_training_folder(const fs::path& path) {
  const auto folders = folders_in(path);
  return std::any_of(folders.begin(), folders.end(), [&](const std::string& name) {
    return part_of(name) == Part::train && is_set(path, name);
  });
}

Dataset folder(const fs::path& path, const FileOptions& options) {
  const Layout layout = layout_of(path);
  const auto classes = folders_in(layout.train);
  DatasetBuilder assembly(options);
  const auto open = [&](std::vector<FileSource::File> files) {
    return assembly.open<FileSource>(std::move(files), classes);
  };
  Dataset dataset;
  dataset.train = open(training_pictures(layout.train, classes));
  if (!layout.validation.empty()) dataset.validation = open(pictures(layout.validation, classes));
  if (!layout.test.empty()) dataset.test = open(pictures(layout.test, classes));
  assembly.finish(dataset);
  return dataset;
}

}  // namespace temper::data
