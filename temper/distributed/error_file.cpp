#include "temper/distributed/error_file.h"

#include <fmt/format.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "temper/io/disk/atomic_file.h"
#include "temper/io/format/json_text.h"

namespace temper::distributed {

bool write_error_file(const Environment& environment, const Error& error) {
  const auto path = environment("TORCHELASTIC_ERROR_FILE");
  if (!path || path->empty()) return false;
  // Without "py_callstack", in place of which torchrun shows the message.
  const nlohmann::json text{
      {"message",
       {{"message", std::string(error.what())},
        {"extraInfo", {{"timestamp", fmt::format("{}", std::time(nullptr))}}}}}};
  try {
    io::write_atomically(*path, io::json_text(text));
    return true;
  } catch (const Error&) {
    return false;  // torchrun then shows the exit status
  }
}

}  // namespace temper::distributed
