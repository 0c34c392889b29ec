#include "temper/data/sources/cifar_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/data/sources/array_source.h"
#include "temper/data/sources/names.h"
#include "temper/data/sources/unread.h"
#include "temper/io/disk/read_file.h"
#include "temper/io/format/cifar.h"

namespace temper::data {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostFile = std::uint64_t{1} << 30U;

struct Layout {
  io::CifarKind kind;
  std::string_view subfolder;
  std::vector<std::string_view> train;
  std::string_view test;
  std::string_view names;
  std::size_t classes;
};

const std::vector<Layout>& layouts() {
  static const std::vector<Layout> all{{io::CifarKind::ten,
                                        "cifar-10-batches-bin",
                                        {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                                         "data_batch_4.bin", "data_batch_5.bin"},
                                        "test_batch.bin",
                                        "batches.meta.txt",
                                        10},
                                       {io::CifarKind::hundred,
                                        "cifar-100-binary",
                                        {"train.bin"},
                                        "test.bin",
                                        "fine_label_names.txt",
                                        100}};
  return all;
}

bool there(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

struct Found {
  const Layout& layout;
  fs::path folder;
};

std::optional<Found> find(const fs::path& folder) {
  for (const auto& layout : layouts())
    for (const auto& place : {folder, folder / layout.subfolder})
      if (there(place / layout.train.front())) return Found{layout, place};
  return std::nullopt;
}

bool is_for_python(const fs::path& folder) {
  // The Python version of CIFAR-100 has the files train, test and meta.
  return there(folder / "data_batch_1") || there(folder / "cifar-10-batches-py" / "data_batch_1") ||
         there(folder / "cifar-100-python" / "train") ||
         (there(folder / "train") && there(folder / "test") && there(folder / "meta"));
}

std::vector<std::string> names_in(const fs::path& path, std::size_t count) {
  std::vector<std::string> names;
  if (!there(path)) {
    for (std::size_t c = 0; c < count; ++c) names.push_back(std::to_string(c));
    return names;
  }
  const auto text = io::read_text(path, 1U << 20U);
  std::int64_t line = 1;
  for (std::size_t begin = 0; begin < text.size(); ++line) {
    const auto end = std::min(text.find('\n', begin), text.size());
    auto name = text.substr(begin, end - begin);
    if (name.ends_with('\r')) name.pop_back();
    check_text(name, "class name", path, line);
    if (!name.empty()) names.push_back(std::move(name));
    begin = end + 1;
  }
  if (names.size() != count)
    throw Error(Code::data, {.file = path.string()},
                fmt::format("{} class names; expected {}, one per line", names.size(), count));
  return names;
}

std::shared_ptr<const Source> read_set(const Found& found,
                                       const std::vector<std::string_view>& files,
                                       std::string_view name,
                                       const std::vector<std::string>& classes) {
  io::Cifar all;
  for (const auto file : files) {
    const auto path = found.folder / file;
    io::append_cifar(io::read_file(path, kMostFile), path.string(), found.layout.kind, all);
  }
  return std::make_shared<ArraySource>(
      ArraySource::Contents{.name = fmt::format("{} {}", found.folder.string(), name),
                            .classes = classes,
                            .height = io::kCifarSide,
                            .width = io::kCifarSide,
                            .channels = 3,
                            .pixels = std::move(all.pixels),
                            .labels = {all.labels.begin(), all.labels.end()}});
}

}  // namespace

bool holds_cifar(const fs::path& folder) {
  return find(folder).has_value() || is_for_python(folder);
}

Dataset cifar(const fs::path& folder) {
  const auto found = find(folder);
  if (!found)
    throw Error(Code::data, {.file = folder.string()},
                is_for_python(folder) ? "the Python version of CIFAR; download the binary version "
                                        "(cifar-10-binary.tar.gz, cifar-100-binary.tar.gz)"
                                      : "no data_batch_1.bin and no train.bin");
  const auto& layout = found->layout;
  const auto classes = names_in(found->folder / layout.names, layout.classes);
  Dataset dataset{.train = read_set(*found, layout.train, "train", classes),
                  .height = io::kCifarSide,
                  .width = io::kCifarSide};
  if (there(found->folder / layout.test))
    dataset.test = read_set(*found, {layout.test}, "test", classes);
  // The usual normalization of CIFAR-10; that of CIFAR-100 is measured.
  if (layout.kind == io::CifarKind::ten)
    dataset.normalisation = {{0.4914, 0.4822, 0.4465}, {0.2470, 0.2435, 0.2616}};
  FilesRead read;
  read.add(found->folder / layout.train.front());
  const std::string beside = "beside the files of CIFAR, which are read instead";
  dataset.unread = unread_in(folder, read, {.picture = beside, .other = beside, .folder = beside});
  return dataset;
}

}  // namespace temper::data
