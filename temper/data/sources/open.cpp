#include "temper/data/sources/open.h"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>
#include <system_error>

#include "temper/core/error.h"
#include "temper/data/sources/cifar_set.h"
#include "temper/data/sources/fashion_mnist.h"
#include "temper/data/sources/folder.h"
#include "temper/data/sources/idx_set.h"
#include "temper/data/sources/listing.h"
#include "temper/data/sources/manifest.h"
#include "temper/data/sources/names.h"
#include "temper/data/sources/shards.h"
#include "temper/io/disk/system_error.h"

namespace temper::data {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kExpected =
    "expected \"fashion-mnist\" or the path of a folder with one subfolder of pictures per class, "
    "of a table (.csv), or of shards (.tar)";

Dataset open_file(const fs::path& path, const fs::file_status& status, const FileOptions& options) {
  if (!fs::is_regular_file(status))
    throw Error(
        Code::data, {.option = "data.source"},
        fmt::format("data.source = \"{}\": {}; {}", path.string(),
                    fs::is_fifo(status) ? "a pipe" : "neither a file nor a folder", kExpected));
  if (is_table_name(path)) return manifest(path, options);
  if (holds_shards(path)) return shards(path, options);
  throw Error(
      Code::data, {.option = "data.source"},
      fmt::format("data.source = \"{}\": a file of unknown type; {}", path.string(), kExpected));
}

}  // namespace

Dataset open(const std::string& source, const FileOptions& options) {
  if (source == "fashion-mnist") return fashion_mnist();
  const fs::path path = source;
  check_path(path);
  std::error_code error;
  const auto status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found)
    throw Error(
        Code::data, {.option = "data.source"},
        fmt::format(
            "data.source = \"{}\": no such file or folder, and no data set of that name; {}",
            source, kExpected));
  if (error) throw io::system_error("read", path, error.value());
  if (!fs::is_directory(status)) return open_file(path, status, options);
  if (holds_shards(path)) return shards(path, options);
  if (holds_cifar(path)) return cifar(path);
  if (holds_idx(path)) return idx_folder(path);
  if (!holds_training_folder(path) && holds_manifests(path)) return manifest(path, options);
  return folder(path, options);
}

}  // namespace temper::data
