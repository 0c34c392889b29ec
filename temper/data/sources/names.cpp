#include "temper/data/sources/names.h"

#include <fmt/format.h>

#include "temper/core/error.h"
#include "temper/core/printable.h"

namespace temper::data {

void check_path(const std::filesystem::path& path) {
  if (is_utf8(path.native())) return;
  std::filesystem::path upto;
  for (const auto& part : path) {
    const auto folder = upto.empty() ? "." : upto.string();
    upto /= part;
    if (!is_utf8(part.native()))
      throw Error(Code::data, {.file = upto.string()},
                  fmt::format("the name is not UTF-8; rename it. If it is in Latin-1, this renames "
                              "all that is in the folder: convmv -f latin1 -t utf8 -r --notest "
                              "'{}'",
                              printable(folder)));
  }
}

void check_text(std::string_view text, std::string_view what, const std::filesystem::path& file,
                std::int64_t line) {
  if (!is_utf8(text))
    throw Error(
        Code::data, {.file = file.string(), .line = line},
        fmt::format("the {} '{}' is not UTF-8; save the file as UTF-8. If it is in Latin-1: "
                    "iconv -f latin1 -t utf8 '{}' > NEW",
                    what, printable(text), printable(file.string())));
}

void check_names(const Source& source) {
  for (const auto& [names, what] :
       {std::pair(&source.classes(), "class"), std::pair(&source.value_names(), "value")})
    for (const auto& name : *names)
      if (!is_utf8(name))
        throw Error(Code::data, fmt::format("a {} has the name '{}', which is not UTF-8", what,
                                            printable(name)));
}

}  // namespace temper::data
