#include "temper/data/sources/manifest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/core/lower_case.h"
#include "temper/core/parse_number.h"
#include "temper/data/sources/class_names.h"
#include "temper/data/sources/dataset_builder.h"
#include "temper/data/sources/file_source.h"
#include "temper/data/sources/listing.h"
#include "temper/data/sources/names.h"
#include "temper/data/sources/parallel.h"
#include "temper/data/sources/set_names.h"
#include "temper/data/sources/unread.h"
#include "temper/data/sources/values.h"
#include "temper/io/disk/read_file.h"
#include "temper/io/format/csv.h"

namespace temper::data {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostTable = std::uint64_t{4} << 30U;

struct Row {
  std::size_t table;
  std::int64_t line;
  std::string path;             ///< as in the table
  std::string label;            ///< empty: none
  std::vector<double> targets;  ///< NaN: none
  Part part;
};

/// The indices of the columns.
struct Columns {
  std::optional<std::size_t> path, label, split;
  std::vector<std::size_t> targets;
  std::vector<std::string> names;  ///< of the targets
};

std::optional<std::size_t> column(std::span<const std::string> header,
                                  std::initializer_list<std::string_view> names,
                                  const std::string& table) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (std::find(names.begin(), names.end(), to_lower(header[i])) == names.end()) continue;
    if (found)
      throw Error(
          Code::data, {.file = table, .line = 1},
          fmt::format("two columns of the same meaning, '{}' and '{}'", header[*found], header[i]));
    found = i;
  }
  return found;
}

/// The name of the target in a column `target` or `target_NAME`; empty for other columns.
std::string_view target_name(std::string_view column) {
  constexpr std::string_view one = "target", many = "target_";
  const auto begin = to_lower(std::string(column.substr(0, many.size())));
  if (begin == many && column.size() > many.size()) return column.substr(many.size());
  return begin == one ? column : std::string_view();
}

void find_targets(Columns& columns, std::span<const std::string> header, const std::string& table) {
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::string name(target_name(header[i]));
    if (name.empty()) continue;
    if (std::ranges::find(columns.names, name) != columns.names.end())
      throw Error(Code::data, {.file = table, .line = 1},
                  fmt::format("two columns for the target '{}'", name));
    columns.targets.push_back(i);
    columns.names.push_back(name);
  }
}

Columns columns_of(std::span<const std::string> header, const std::string& table) {
  Columns columns{.path = column(header, {"path", "file", "filename", "image"}, table),
                  .label = column(header, {"label", "class"}, table),
                  .split = column(header, {"split"}, table)};
  find_targets(columns, header, table);
  if (columns.label && !columns.targets.empty())
    throw Error(Code::data, {.file = table, .line = 1},
                fmt::format("the columns '{}' and '{}': a network is trained on labels or on "
                            "targets; rename the column that is not to be used",
                            header[*columns.label], header[columns.targets.front()]));
  if (!columns.path || (!columns.label && columns.targets.empty()))
    throw Error(
        Code::data, {.file = table, .line = 1},
        fmt::format(
            "no column '{}' in the header; expected a first row as in path,label or path,target",
            columns.path ? "label" : "path"));
  return columns;
}

/// The finite number that a text is; nullopt for other text.
std::optional<double> number_in(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  return parse_finite(text);
}

class Reader {
 public:
  void read(const fs::path& table, std::optional<Part> part) {
    const auto index = tables_.size();
    tables_.push_back(table);
    const auto name = table.string();
    std::optional<Columns> columns;
    const auto text = io::read_text(table, kMostTable);
    io::read_csv(text, name, [&](std::int64_t line, std::span<const std::string> fields) {
      if (!columns) {
        columns = columns_of(fields, name);
        for (const auto& target : columns->names) check_text(target, "target", table, line);
        take_names(columns->names, name);
        if (part && columns->split)
          throw Error(Code::data, {.file = name, .line = 1},
                      "a column 'split' in the table of one set; remove it");
        return;
      }
      Row row{.table = index,
              .line = line,
              .path = fields[*columns->path],
              .label = columns->label ? fields[*columns->label] : std::string(),
              .targets = {},
              .part = part.value_or(Part::train)};
      if (row.path.empty()) refuse(row, "no path");
      check_text(row.path, "path", table, line);
      check_text(row.label, "label", table, line);
      read_targets(row, *columns, fields);
      if (columns->split) row.part = part_in(row, fields[*columns->split]);
      rows_.push_back(std::move(row));
    });
  }

  /// @param folder  the folder of the tables; empty: a table was named
  Dataset open(const fs::path& folder, const FileOptions& options) {
    const auto name = tables_.front().string();
    if (std::ranges::none_of(rows_, [](const Row& row) { return row.part == Part::train; }))
      throw Error(Code::data, {.file = name}, "no training pictures");
    std::vector<std::string> classes;
    if (names_.empty()) {
      classes = classes_of_training();
      check_classes(classes, name);
    }
    check_paths(options);
    DatasetBuilder assembly(options);
    Dataset dataset;
    FilesRead read;
    const auto open_part = [&](Part part) -> std::shared_ptr<const Source> {
      auto files = files_of(part, classes);
      if (files.empty()) return nullptr;
      for (const auto& file : files) read.add(file.path);
      const auto source = assembly.open<FileSource>(std::move(files), classes);
      if (names_.empty()) return source;
      return std::make_shared<RegressionSource>(source, names_, targets_of(part));
    };
    dataset.train = open_part(Part::train);
    dataset.validation = open_part(Part::validation);
    dataset.test = open_part(Part::test);
    assembly.finish(dataset);
    if (!folder.empty()) dataset.unread = unread_beside(folder, read);
    return dataset;
  }

 private:
  [[nodiscard]] std::vector<Unread> unread_beside(const fs::path& folder, FilesRead& read) const {
    std::vector<std::string> names;
    for (const auto& table : tables_) {
      read.add(table);
      names.push_back(table.filename().string());
    }
    const auto tables = fmt::format("{}", fmt::join(names, ", "));
    const auto unlisted = "not listed in " + tables;
    return unread_in(folder, read,
                     {.picture = unlisted, .other = "beside " + tables, .folder = unlisted});
  }

  /// Checks that all tables of a folder have the same targets.
  void take_names(const std::vector<std::string>& names, const std::string& table) {
    const auto text = [](const std::vector<std::string>& all) {
      return all.empty() ? std::string("labels")
                         : fmt::format("the targets {}", fmt::join(all, ", "));
    };
    if (tables_.size() == 1)
      names_ = names;
    else if (names != names_)
      throw Error(Code::data, {.file = table, .line = 1},
                  fmt::format("{}; expected {}, as in {}", text(names), text(names_),
                              tables_.front().string()));
  }

  /// Reads all targets of a row, or none.
  void read_targets(Row& row, const Columns& columns, std::span<const std::string> fields) const {
    std::size_t missing = 0;
    for (std::size_t k = 0; k < columns.targets.size(); ++k) {
      const auto& text = fields[columns.targets[k]];
      const auto number = number_in(text);
      if (text.empty())
        ++missing;
      else if (!number)
        refuse(row, fmt::format("'{}' for the target '{}'; expected a finite number such as -1.5, "
                                "or an empty field where it is unknown; classes go into a column "
                                "'label'",
                                text, columns.names[k]));
      row.targets.push_back(number.value_or(std::numeric_limits<double>::quiet_NaN()));
    }
    if (missing > 0 && missing < row.targets.size())
      refuse(row, fmt::format("{} of {} targets are missing; expected all of them or none", missing,
                              row.targets.size()));
  }

  [[nodiscard]] std::vector<std::string> classes_of_training() const {
    std::vector<std::string> labels;
    for (const auto& row : rows_)
      if (row.part == Part::train) labels.push_back(row.label);
    return classes_among(labels);
  }

  [[nodiscard]] std::vector<double> targets_of(Part part) const {
    std::vector<double> targets;
    for (const auto& row : rows_)
      if (row.part == part) targets.insert(targets.end(), row.targets.begin(), row.targets.end());
    return targets;
  }

  [[noreturn]] void refuse(const Row& row, std::string_view what) const {
    throw Error(Code::data, {.file = tables_[row.table].string(), .line = row.line},
                std::string(what));
  }

  [[nodiscard]] Part part_in(const Row& row, const std::string& name) const {
    if (name.empty()) return Part::train;
    if (const auto part = part_of(name)) return *part;
    refuse(row, fmt::format("split '{}'; expected train, val or test", name));
  }

  [[nodiscard]] fs::path place(const Row& row) const {
    return (tables_[row.table].parent_path() / row.path).lexically_normal();
  }

  /// Checks that every image exists and is listed once.
  void check_paths(const FileOptions& options) const {
    std::unordered_map<std::string, const Row*> seen;
    for (const auto& row : rows_) {
      const auto [found, is_new] = seen.emplace(place(row).string(), &row);
      if (is_new) continue;
      const auto& first = *found->second;
      const auto at = first.table == row.table
                          ? fmt::format("line {}", first.line)
                          : fmt::format("{}:{}", tables_[first.table].string(), first.line);
      if (first.label != row.label)
        refuse(row, fmt::format("two labels for one picture, {}: '{}', and '{}' in {}", row.path,
                                row.label, first.label, at));
      refuse(row, first.part == row.part
                      ? fmt::format("the picture {} is listed twice, first in {}", row.path, at)
                      : fmt::format("the picture {} is in two sets, first in {}", row.path, at));
    }
    if (options.keep_bad) return;  // reported when the image is read
    for_each_index(rows_.size(), [&](std::size_t i) {
      std::error_code error;
      const auto status = fs::status(place(rows_[i]), error);
      if (status.type() == fs::file_type::not_found)
        refuse(rows_[i], fmt::format("no such picture: {}", place(rows_[i]).string()));
      if (!error && !fs::is_regular_file(status))
        refuse(rows_[i], fmt::format("not a file: {}", place(rows_[i]).string()));
    });
  }

  [[nodiscard]] std::vector<FileSource::File> files_of(
      Part part, const std::vector<std::string>& classes) const {
    const ClassIndex numbers(classes);
    std::vector<FileSource::File> files;
    for (const auto& row : rows_) {
      if (row.part != part) continue;
      const auto label = row.label.empty() ? -1 : numbers.of(row.label);
      if (label < 0 && !row.label.empty())
        refuse(row, fmt::format("a class that the training set does not have, '{}'; it has {}",
                                row.label, some_of(classes)));
      files.push_back({place(row), row.path, label});
    }
    return files;
  }

  std::vector<fs::path> tables_;
  std::vector<std::string> names_;  ///< names of the targets; empty: there are labels
  std::vector<Row> rows_;
};

/// The names of the sets' tables in a folder.
PartNames tables_in(const fs::path& folder) {
  std::vector<std::string> files;
  std::vector<std::string> stems;
  for (auto& name : files_in(folder)) {
    if (!is_table_name(name)) continue;
    stems.push_back(fs::path(name).stem().string());
    files.push_back(std::move(name));
  }
  auto names = part_names(stems, folder.string());
  for (auto* name : {&names.train, &names.validation, &names.test})
    if (const auto found = std::find(stems.begin(), stems.end(), *name); found != stems.end())
      *name = files[static_cast<std::size_t>(found - stems.begin())];
  return names;
}

}  // namespace

bool holds_manifests(const fs::path& folder) {
  bool plain = false, alike = false;
  for (const auto& name : files_in(folder)) {
    const auto stem = fs::path(name).stem().string();
    if (!is_table_name(name) || part_of(stem) != Part::train) continue;
    (is_plain(stem) ? plain : alike) = true;
  }
  // A table whose name is only like that of a training set may lie beside folders of classes.
  return plain || (alike && folders_in(folder).size() < 2);
}

Dataset manifest(const fs::path& path, const FileOptions& options) {
  Reader reader;
  if (!is_folder(path)) {
    reader.read(path, std::nullopt);
    return reader.open({}, options);
  }
  const auto names = tables_in(path);
  if (names.train.empty())
    throw Error(Code::data, {.file = path.string()}, "no train.csv in this folder");
  reader.read(path / names.train, Part::train);
  if (!names.validation.empty()) reader.read(path / names.validation, Part::validation);
  if (!names.test.empty()) reader.read(path / names.test, Part::test);
  return reader.open(path, options);
}

}  // namespace temper::data
