#include <cstdlib>
#include <string_view>

#include "fuzz/hostile.h"
#include "temper/io/format/csv.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return temper::fuzz::run(data, size, [](std::span<const std::byte> bytes) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    std::size_t columns = 0;
    std::int64_t last = 0;
    std::size_t letters = 0;
    temper::io::read_csv(text, "fuzz", [&](std::int64_t line, std::span<const std::string> fields) {
      if (columns == 0) columns = fields.size();
      if (fields.empty() || fields.size() != columns || line <= last) std::abort();
      last = line;
      for (const auto& field : fields) letters += field.size();
    });
    if (letters > text.size()) std::abort();
  });
}
