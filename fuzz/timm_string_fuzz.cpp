#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>

#include "fuzz/hostile.h"
#include "temper/augment/pipeline/timm_string.h"

// A policy in timm's notation. What is read must be written so that it reads the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return temper::fuzz::run(data, size, [](std::span<const std::byte> bytes) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const auto operation = temper::augment::read_timm_string(text);
    if (!operation) return;
    const auto written = temper::augment::timm_string(*operation);
    if (written.empty()) return;  // numbers in scientific notation
    try {
      if (temper::augment::timm_string(temper::augment::read_timm_string(written).value()) !=
          written)
        std::abort();
    } catch (const std::exception&) {
      std::abort();  // it refuses what it has written
    }
  });
}
