#include <cstdlib>
#include <string_view>

#include "fuzz/hostile.h"
#include "temper/imports/arguments.h"
#include "temper/imports/command.h"
#include "temper/imports/timm_options.h"

// A command line of timm's train.py.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return temper::fuzz::run(data, size, [](std::span<const std::byte> bytes) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const auto launch = temper::imports::separated(temper::imports::split_words(text));
    temper::imports::Arguments arguments(temper::imports::timm_script());
    arguments.read(launch.arguments);
    for (const auto& option : arguments.script().options)
      if (arguments.written(option.dest).empty()) std::abort();
  });
}
