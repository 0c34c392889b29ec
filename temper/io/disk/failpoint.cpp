#include "temper/io/disk/failpoint.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "temper/core/parse_number.h"

namespace temper::io {
namespace {

constexpr std::array<std::string_view, 7> kCalls{"open",   "read",   "write", "sync",
                                                 "rename", "remove", "folder"};
constexpr std::array<std::pair<std::string_view, int>, 8> kErrors{{{"ENOSPC", ENOSPC},
                                                                   {"EDQUOT", EDQUOT},
                                                                   {"EIO", EIO},
                                                                   {"EROFS", EROFS},
                                                                   {"EACCES", EACCES},
                                                                   {"EMFILE", EMFILE},
                                                                   {"ENOENT", ENOENT},
                                                                   {"EINTR", EINTR}}};

enum class Action : std::uint8_t { kill, torn, stall, fail, log };

constexpr std::array<std::pair<std::string_view, Action>, 4> kActions{{{"kill", Action::kill},
                                                                       {"torn", Action::torn},
                                                                       {"stall", Action::stall},
                                                                       {"log", Action::log}}};

struct Fault {
  Action action = Action::kill;
  int error = 0;
  std::optional<Call> call = {};
  std::string path = {};
  std::int64_t at = 1;
  std::int64_t times = 1;
  std::string to = {};
};

/// Only tests set TEMPER_FAULT, so a mistake in it ends the process at once.
[[noreturn]] void refuse(std::string_view word) noexcept {
  const std::string message =
      "TEMPER_FAULT: cannot read '" + std::string(word) + "'; see temper/io/disk/failpoint.h\n";
  [[maybe_unused]] const auto ignored = ::write(STDERR_FILENO, message.data(), message.size());
  ::_exit(2);
}

std::int64_t number(std::string_view word, std::string_view digits) {
  const auto value = parse_number<std::int64_t>(digits);
  if (!value || *value < 0) refuse(word);
  return *value;
}

void set_action(Fault& fault, std::string_view word, std::string_view name) {
  for (const auto& [known, action] : kActions)
    if (known == name) {
      fault.action = action;
      return;
    }
  fault.action = Action::fail;
  for (const auto& [known, error] : kErrors)
    if (known == name) fault.error = error;
  if (fault.error == 0) refuse(word);
}

void set_call(Fault& fault, std::string_view word, std::string_view name) {
  for (std::size_t i = 0; i < kCalls.size(); ++i)
    if (kCalls[i] == name) fault.call = static_cast<Call>(i);
  if (!fault.call) refuse(word);
}

std::optional<Fault> from_environment() {
  const char* text = std::getenv("TEMPER_FAULT");  // NOLINT(concurrency-mt-unsafe): nobody sets it
  if (text == nullptr || *text == '\0') return std::nullopt;
  Fault fault;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const auto equals = word.find('=');
    const std::string key = word.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
    if (key == "do")
      set_action(fault, word, value);
    else if (key == "call")
      set_call(fault, word, value);
    else if (key == "path")
      fault.path = value;
    else if (key == "at")
      fault.at = number(word, value);
    else if (key == "times")
      fault.times = number(word, value);
    else if (key == "to")
      fault.to = value;
    else
      refuse(word);
  }
  return fault;
}

const std::optional<Fault>& the_fault() {
  // Never destroyed: a thread that waits for a disk may read it while the program exits.
  static const auto& fault = *new std::optional<Fault>(from_environment());
  return fault;
}

void log(const Fault& fault, Call call, const std::filesystem::path& path) {
  const std::string line =
      std::string(kCalls[static_cast<std::size_t>(call)]) + " " + path.string() + "\n";
  const int file = ::open(fault.to.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  [[maybe_unused]] const auto ignored = ::write(file, line.data(), line.size());
  ::close(file);
}

}  // namespace

void kill_process() noexcept {
  ::kill(::getpid(), SIGKILL);
  ::_exit(137);  // not reached
}

bool has_fault() noexcept {
  return the_fault().has_value();
}

InjectedFault failpoint(Call call, const std::filesystem::path& path) noexcept {
  const auto& fault = the_fault();
  if (!fault) return {};
  if (fault->call && *fault->call != call) return {};
  if (path.native().find(fault->path) == std::string::npos) return {};
  static std::atomic<std::int64_t> count = 0;
  const auto now = ++count;
  if (fault->action == Action::log) {
    log(*fault, call, path);
    return {};
  }
  if (now < fault->at || (fault->times > 0 && now >= fault->at + fault->times)) return {};
  while (fault->action == Action::stall) ::pause();
  if (fault->action == Action::fail) return {.error = fault->error};
  if (fault->action == Action::kill || call != Call::write) kill_process();
  return {.torn = true};
}

}  // namespace temper::io
