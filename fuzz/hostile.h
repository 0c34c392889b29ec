#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "temper/core/error.h"

namespace temper::fuzz {

/// Runs a parser over hostile bytes. It may return or throw Error; Code::internal, which means a
/// bug, is turned into a crash.
template <class Parse>
int run(const std::uint8_t* data, std::size_t size, const Parse& parse) {
  try {
    parse(std::as_bytes(std::span(data, size)));
  } catch (const Error& error) {
    if (error.code() == Code::internal) std::abort();
  }
  return 0;
}

}  // namespace temper::fuzz
