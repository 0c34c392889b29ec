#include "temper/data/open.h"

#include <fmt/format.h>

#include <filesystem>

#include "temper/core/error.h"
#include "temper/data/fashion_mnist.h"
#include "temper/data/folder.h"

namespace temper::data {

Dataset open(const std::string& source, const FileOptions& options) {
  if (source == "fashion-mnist") return fashion_mnist();
  std::error_code error;
  if (!std::filesystem::exists(source, error) && !error)
    throw Error(Code::data, fmt::format("data.source = \"{}\": no such folder, and no data set of "
                                        "that name; expected \"fashion-mnist\" or the path of a "
                                        "folder with a folder of pictures for each class",
                                        source));
  return folder(source, options);
}

}  // namespace temper::data
