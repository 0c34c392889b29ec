#include "temper/data/sources/folder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/core/printable.h"
#include "temper/data/sources/class_names.h"
#include "temper/data/sources/dataset_builder.h"
#include "temper/data/sources/listing.h"
#include "temper/data/sources/names.h"
#include "temper/data/sources/picture_paths.h"
#include "temper/data/sources/set_names.h"
#include "temper/data/sources/unread.h"
#include "temper/io/disk/system_error.h"
#include "temper/io/image/picture_name.h"

namespace temper::data {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLookedFor = "pictures (.png, .jpg, .jpeg, .webp)";

/// For a folder that is no data set: refuses it as what it is, if that is the directory of a run. A
/// recipe alone does not make it one.
void check_not_run(const fs::path& path) {
  std::error_code ignored;
  const auto has = [&](const fs::path& name) { return fs::exists(path / name, ignored); };
  const bool has_recipe = has("recipe.toml");
  if (!has("metrics.jsonl") && !(has_recipe && has("checkpoints"))) return;
  std::string message = "the directory of a run, not a data set";
  if (has_recipe)
    message += fmt::format("; to train its recipe again: temper train {}",
                           (path / "recipe.toml").string());
  throw Error(Code::data, {.file = path.string()}, message);
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
    for (const auto& path : pictures_below(set / name))
      files.push_back(
          {path, path.lexically_relative(set).generic_string(), found - classes.begin()});
  }
  if (files.empty()) {
    check_not_run(set);
    throw Error(Code::data, {.file = set.string()},
                fmt::format("no {} in its class folders", kLookedFor));
  }
  return files;
}

[[noreturn]] void no_classes(const fs::path& path) {
  check_not_run(path);
  const auto here = entries(path);
  const bool loose = std::any_of(here.begin(), here.end(), [](const auto& entry) {
    return io::is_picture_name(entry.path());
  });
  throw Error(Code::data, {.file = path.string()},
              loose ? "pictures are in the folder itself; put those of each class into a subfolder "
                      "with the name of the class"
                    : fmt::format("no images. Looked for folders, one for each class, with {}, or "
                                  "for train/, val/ and test/ with such folders",
                                  kLookedFor));
}

constexpr std::string_view kTakenForSet =
    ". By its name this folder is the training set; if it is a class, put the folders of all "
    "classes into a folder 'train'";

/// @param named  whether the set is a folder with the name of one
std::vector<FileSource::File> training_pictures(const fs::path& set,
                                                const std::vector<std::string>& classes,
                                                bool named) {
  if (classes.empty()) no_classes(set);
  auto files = pictures(set, classes);
  std::vector<bool> seen(classes.size());
  for (const auto& file : files) seen[static_cast<std::size_t>(file.label)] = true;
  for (std::size_t c = 0; c < classes.size(); ++c)
    if (!seen[c]) {
      check_not_run(set);
      throw Error(Code::data, {.file = (set / classes[c]).string()},
                  fmt::format("no {}; move the folder elsewhere if it is not a class", kLookedFor));
    }
  if (classes.size() < 2)
    throw Error(
        Code::data, {.file = set.string()},
        fmt::format(
            "only one class, '{}'; a classifier needs two or more, each a folder of pictures{}",
            classes.front(), named ? kTakenForSet : ""));
  return files;
}

/// The folders in a class whose pictures are all in such folders; sorted, empty for other classes.
using Inner = std::vector<std::string_view>;

std::vector<Inner> inner_folders(const std::vector<FileSource::File>& files, std::size_t classes) {
  std::vector<Inner> all(classes);
  std::vector<bool> loose(classes);
  for (const auto& file : files) {
    const auto label = static_cast<std::size_t>(file.label);
    const std::string_view name = file.name;
    const auto begin = name.find('/') + 1;
    const auto end = name.find('/', begin);
    const auto folder = name.substr(begin, end - begin);
    if (end == std::string_view::npos)
      loose[label] = true;
    else if (all[label].empty() || all[label].back() != folder)  // files are sorted by folders
      all[label].push_back(folder);
  }
  for (std::size_t c = 0; c < classes; ++c)
    if (loose[c]) all[c].clear();
  return all;
}

/// Sets whose names are not recognized would become classes: two folders are not classes if one
/// holds several folders and all of them are in the other, too.
void check_not_sets(const fs::path& path, const std::vector<FileSource::File>& files,
                    const std::vector<std::string>& classes) {
  const auto inner = inner_folders(files, classes.size());
  std::vector<std::size_t> order(classes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order,
                           [&](auto a, auto b) { return inner[a].size() > inner[b].size(); });
  std::map<std::string_view, std::size_t> holder;  // of a folder: the first class in this order
  for (const auto c : order) {
    if (inner[c].size() < 2) return;
    const auto found = holder.find(inner[c].front());
    if (found != holder.end() && std::ranges::includes(inner[found->second], inner[c]))
      throw Error(
          Code::data, {.file = path.string()},
          fmt::format("'{}' and '{}' both hold the folders {}: are they sets or classes? Name sets "
                      "train, val and test; if they are classes, put the folders of all classes "
                      "into a folder 'train'",
                      printable(classes[found->second]), printable(classes[c]),
                      some_of(std::vector<std::string>(inner[c].begin(), inner[c].end()))));
    for (const auto folder : inner[c]) holder.emplace(folder, c);
  }
}

/// The names of the folders that are sets; without a training set the folders are classes. A set
/// is recognized by its name and the folders in it, because classes may have the names of sets. A
/// name that is only like that of the training set also needs a validation or test set beside it.
PartNames sets_in(const fs::path& path, const std::vector<std::string>& folders) {
  std::vector<std::string> named;
  bool plain_train = false, train = false, other = false;
  for (const auto& name : folders) {
    const auto part = part_of(name);
    if (!part) continue;
    const bool holds = holds_folder(path / name);
    // A folder 'val' of loose pictures is an error, one 'val_images' may be something else.
    if (holds || is_plain(name)) named.push_back(name);
    if (!holds) continue;
    (part == Part::train ? train : other) = true;
    plain_train = plain_train || (part == Part::train && is_plain(name));
  }
  const bool sets = plain_train || (train && (other || folders.size() == 1));
  return sets ? part_names(named, path.string()) : PartNames();
}

struct Layout {
  fs::path train;
  fs::path validation = {};             ///< empty: none
  fs::path test = {};                   ///< empty: none
  std::vector<std::string> names = {};  ///< of the folders of the sets; empty: there are classes

  [[nodiscard]] UnreadReasons reasons() const {
    const std::string classes = "the class folders are read instead";
    return {.picture = "in no class folder",
            .other = classes,
            .folder = names.empty()
                          ? classes
                          : fmt::format("beside the set{} {}", names.size() == 1 ? "" : "s",
                                        fmt::join(names, ", "))};
  }
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
  const auto names = sets_in(path, folders);
  if (names.train.empty()) {
    if (!folders.empty() && std::all_of(folders.begin(), folders.end(), [&](const auto& name) {
          return part_of(name) && holds_folder(path / name);
        }))
      throw Error(
          Code::data, {.file = path.string()},
          fmt::format("a folder '{}' with subfolders, but no 'train'; expected a training set, too",
                      folders.front()));
    return {path};
  }
  Layout layout;
  const auto place = [&](const std::string& name) {
    if (!name.empty()) layout.names.push_back(name);
    return name.empty() ? fs::path() : path / name;
  };
  layout.train = place(names.train);
  layout.validation = place(names.validation);
  layout.test = place(names.test);
  return layout;
}

}  // namespace

bool holds_training_folder(const fs::path& path) {
  return !sets_in(path, folders_in(path)).train.empty();
}

Dataset folder(const fs::path& path, const FileOptions& options) {
  const Layout layout = layout_of(path);
  const auto classes = folders_in(layout.train);
  DatasetBuilder assembly(options);
  FilesRead read;
  const auto open = [&](std::vector<FileSource::File> files) {
    for (const auto& file : files) read.add(file.path);
    return assembly.open<FileSource>(std::move(files), classes);
  };
  auto training = training_pictures(layout.train, classes, !layout.names.empty());
  if (layout.names.empty()) check_not_sets(path, training, classes);
  Dataset dataset;
  dataset.train = open(std::move(training));
  if (!layout.validation.empty()) dataset.validation = open(pictures(layout.validation, classes));
  if (!layout.test.empty()) dataset.test = open(pictures(layout.test, classes));
  assembly.finish(dataset);
  dataset.unread = unread_in(path, read, layout.reasons());
  return dataset;
}

}  // namespace temper::data
