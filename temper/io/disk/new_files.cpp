#include "temper/io/disk/new_files.h"

#include <system_error>

namespace temper::io {

NewFiles::~NewFiles() {
  std::error_code ignored;
  for (const auto& file : files_) std::filesystem::remove(file, ignored);
}

}  // namespace temper::io
