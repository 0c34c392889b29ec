#include "temper/distributed/store.h"

#include <c10/util/Exception.h>
#include <c10/util/Logging.h>
#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <thread>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <utility>

#include "temper/core/error.h"

namespace temper::distributed {
namespace {

using Clock = std::chrono::steady_clock;

/// c10d's stores as a board.
class StoreBoard : public Board {
 public:
  explicit StoreBoard(Store store) : store_(std::move(store)) {}

  void set(const std::string& key, const std::string& text) override {
    store_->set(key, bytes(text));
  }
  void append(const std::string& key, const std::string& text) override {
    store_->append(key, bytes(text));
  }
  std::vector<std::string> get(const std::vector<std::string>& keys) override {
    std::vector<std::string> texts;
    for (const auto& value : store_->multiGet(keys)) texts.emplace_back(value.begin(), value.end());
    return texts;
  }
  bool has(const std::string& key) override { return store_->check({key}); }
  std::int64_t add(const std::string& key, std::int64_t value) override {
    return store_->add(key, value);
  }

 private:
  static std::vector<std::uint8_t> bytes(const std::string& text) {
    return {text.begin(), text.end()};
  }

  Store store_;
};

/// c10d logs the errors that it throws, with stack traces; those that matter are reported.
void keep_c10d_quiet() {
  constexpr int fatal_alone = 3;
  if (!process_environment()("TORCH_CPP_LOG_LEVEL")) FLAGS_caffe2_log_level = fatal_alone;
}

Store tcp_store(const Ranks& ranks, bool opens, std::chrono::milliseconds timeout) {
  c10d::TCPStoreOptions options;
  options.port = ranks.port;
  options.isServer = opens;
  options.waitWorkers = false;
  options.timeout = timeout;
  return c10::make_intrusive<c10d::TCPStore>(ranks.host, options);
}

/// Addresses of a host, which live as long as the object.
class Addresses {
 public:
  Addresses(const std::string& host, std::uint16_t port) {
    addrinfo hints = {};
    hints.ai_socktype = SOCK_DGRAM;
    status_ = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &first_);
  }
  ~Addresses() {
    if (first_ != nullptr) ::freeaddrinfo(first_);
  }
  Addresses(const Addresses&) = delete;
  Addresses& operator=(const Addresses&) = delete;
  Addresses(Addresses&&) = delete;
  Addresses& operator=(Addresses&&) = delete;

  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] const addrinfo* first() const { return first_; }

 private:
  addrinfo* first_ = nullptr;
  int status_ = 0;
};

/// The address of the end of a connection to there; "" where there is no way.
std::string own_address(const addrinfo& there) {
  const int socket = ::socket(there.ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return {};
  sockaddr_storage own = {};
  socklen_t size = sizeof own;
  auto* const address = reinterpret_cast<sockaddr*>(&own);
  std::array<char, NI_MAXHOST> name = {};
  // Nothing is sent: the system only chooses the interface.
  const bool found =
      ::connect(socket, there.ai_addr, there.ai_addrlen) == 0 &&
      ::getsockname(socket, address, &size) == 0 &&
      ::getnameinfo(address, size, name.data(), name.size(), nullptr, 0, NI_NUMERICHOST) == 0;
  ::close(socket);
  return found ? std::string(name.data()) : std::string();
}

}  // namespace

Store open_store(const Ranks& ranks, std::chrono::milliseconds timeout) {
  const bool opens = ranks.rank == 0 && !ranks.has_store;
  keep_c10d_quiet();
  try {
    return tcp_store(ranks, opens, timeout);
  } catch (const std::exception& error) {
    throw Error(
        Code::usage,
        opens ? fmt::format("rank 0 can't open the ranks' store at port {} ({}); the port may be "
                            "that of another job: choose another MASTER_PORT, the same on all "
                            "ranks",
                            ranks.port, reason_of(error))
              : fmt::format("rank {} has not reached the ranks' store at {}:{} within {} s ({}); "
                            "check MASTER_ADDR and MASTER_PORT, and whether rank 0 runs there",
                            ranks.rank, ranks.host, ranks.port,
                            std::chrono::duration_cast<std::chrono::seconds>(timeout).count(),
                            reason_of(error)));
  }
}

Store connect_to_store(const Ranks& ranks, std::chrono::milliseconds timeout) {
  return tcp_store(ranks, /*opens=*/false, timeout);
}

std::unique_ptr<Board> board_of(Store store, const std::string& prefix) {
  return std::make_unique<StoreBoard>(
      c10::make_intrusive<c10d::PrefixStore>(prefix, std::move(store)));
}

std::string address_towards(const std::string& host, std::uint16_t port,
                            std::chrono::milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  while (true) {
    const Addresses addresses(host, port);
    for (const auto* one = addresses.first(); one != nullptr; one = one->ai_next)
      if (auto own = own_address(*one); !own.empty()) return own;
    // A cluster may give a machine its name only when it has started.
    if (Clock::now() >= deadline)
      throw Error(
          Code::usage,
          fmt::format("the host '{}' of MASTER_ADDR can't be reached from this machine: {}", host,
                      addresses.status() == 0 ? "there is no route to it"
                                              : ::gai_strerror(addresses.status())));
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
}

std::string reason_of(const std::exception& error) {
  const auto* const c10_error = dynamic_cast<const c10::Error*>(&error);
  const std::string text =
      c10_error != nullptr ? c10_error->what_without_backtrace() : error.what();
  const auto line = text.substr(0, text.find('\n'));
  // Gloo's begin with a place in its sources, "[/pytorch/.../pair.cc:547] ".
  const auto place = line.starts_with('[') ? line.find("] ") : std::string::npos;
  return place == std::string::npos ? line : line.substr(place + 2);
}

}  // namespace temper::distributed
