#pragma once
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "temper/io/format/tar.h"
#include "tests/io/support.h"

namespace temper::io::test {

/// An archive with these names and contents.
inline Bytes tar(const std::vector<std::pair<std::string, std::string>>& files) {
  Bytes bytes;
  for (const auto& [name, content] : files) {
    const auto header = tar_header(name, content.size());
    bytes.insert(bytes.end(), header.begin(), header.end());
    const auto body = bytes_of(content);
    bytes.insert(bytes.end(), body.begin(), body.end());
    bytes.resize(bytes.size() + tar_padding(content.size()));
  }
  bytes.resize(bytes.size() + 2 * kTarBlock);
  return bytes;
}

}  // namespace temper::io::test
