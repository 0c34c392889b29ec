#include "temper/data/sources/fashion_mnist.h"

#include <fmt/format.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/data/sources/idx_set.h"
#include "temper/io/image/picture.h"

namespace temper::data {
namespace {

namespace fs = std::filesystem;

constexpr int kSide = 28;

std::vector<fs::path> places(const fs::path& folder) {
  if (!folder.empty()) return {folder};
  std::vector<fs::path> result;
  if (const char* data = std::getenv("TEMPER_DATA_DIR"); data != nullptr && *data != '\0')
    result = {fs::path(data) / "fashion-mnist", data};
  result.emplace_back("/usr/share/datasets/fashion-mnist");
  return result;
}

fs::path find(const std::string& name, const std::vector<fs::path>& folders) {
  std::string looked;
  for (const auto& folder : folders) {
    for (const char* ending : {".gz", ""}) {
      std::error_code ignored;
      if (auto path = folder / (name + ending); fs::exists(path, ignored)) return path;
    }
    looked += (looked.empty() ? "" : ", ") + folder.string();
  }
  throw Error(Code::data,
              fmt::format("fashion-mnist: no {}.gz in {}. Install Debian's package (apt install "
                          "dataset-fashion-mnist), or set TEMPER_DATA_DIR to the folder with its "
                          "four files",
                          name, looked));
}

std::shared_ptr<const Source> read_set(const std::string& prefix, const std::string& name,
                                       const std::vector<fs::path>& folders) {
  const auto images_path = find(prefix + "-images-idx3-ubyte", folders);
  const auto labels_path = find(prefix + "-labels-idx1-ubyte", folders);
  auto set = read_idx_set(images_path, labels_path, "fashion-mnist " + name,
                          {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt",
                           "Sneaker", "Bag", "Ankle boot"});
  io::Picture first;
  if (set->size() > 0) set->read(0, first);
  if (first.height() != kSide || first.width() != kSide || first.channels() != 1)
    throw Error(Code::data, {.file = images_path.string()},
                fmt::format("images of {} x {} pixels; expected 28 x 28, grayscale", first.height(),
                            first.width()));
  return set;
}

}  // namespace

Dataset fashion_mnist(const fs::path& folder) {
  const auto folders = places(folder);
  return {.train = read_set("train", "train", folders),
          .validation = nullptr,
          .test = read_set("t10k", "test", folders),
          .height = kSide,
          .width = kSide,
          .normalisation = {{0.2860}, {0.3530}}};
}

}  // namespace temper::data
