#include <cstdlib>
#include <string>

#include "fuzz/hostile.h"
#include "temper/study/engine/result_files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace temper::study;
  // What is read is written so that it is read again, and writing that changes nothing.
  return temper::fuzz::run(data, size, [](std::span<const std::byte> bytes) {
    const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (text.starts_with("curve")) {
      const auto curve = curve_text(parse_curve(text.substr(5), "fuzz"));
      if (curve_text(parse_curve(curve, "fuzz")) != curve) std::abort();
    } else if (text.starts_with("correct")) {
      const auto correct = parse_correct(text.substr(7), "fuzz");
      if (parse_correct(correct_text(correct), "fuzz") != correct) std::abort();
    } else {
      const auto results = parse_results(text, "fuzz");
      if (parse_results(results_text(results), "fuzz") != results) std::abort();
    }
  });
}
