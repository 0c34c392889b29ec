#pragma once
#include <cstdint>
#include <cstdlib>
#include <new>

/// A program's operator new that counts, a thread at a time. Include it in one source of a program.
namespace temper::testing {

inline thread_local std::int64_t allocations = 0;

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TEMPER_KEEPS_ITS_NEW  // the thread sanitizer brings an operator new that can't be replaced
#endif
#endif

}  // namespace temper::testing

#ifndef TEMPER_KEEPS_ITS_NEW
// NOLINTBEGIN(misc-definitions-in-headers, cppcoreguidelines-no-malloc): what it is for
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++temper::testing::allocations;
  return std::malloc(size > 0 ? size : 1);
}
void* operator new(std::size_t size) {
  if (void* memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
  std::free(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
// NOLINTEND(misc-definitions-in-headers, cppcoreguidelines-no-malloc)
#endif
