#include <cstdlib>
#include <string_view>

#include "fuzz/hostile.h"
#include "temper/imports/args_file.h"
#include "temper/imports/timm_options.h"

// An args.yaml of timm's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return temper::fuzz::run(data, size, [](std::span<const std::byte> bytes) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    temper::imports::Arguments arguments(temper::imports::timm_script());
    temper::imports::read_args(text, "args.yaml", arguments);
    for (const auto& option : arguments.script().options)
      if (!arguments.is_standard(option.dest) && arguments.written(option.dest).empty())
        std::abort();
  });
}
