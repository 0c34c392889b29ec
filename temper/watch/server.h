#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "temper/core/stop_flag.h"
#include "temper/watch/page.h"

namespace temper::watch {

class Connections;

struct ServerOptions {
  std::string host = "127.0.0.1";  ///< an address of this machine, or a name of one
  std::uint16_t port = 0;          ///< 0: any free one

  std::size_t connections = 64;  ///< at a time; others wait until one of them is closed
  /// In which a request must be there, counted from the answer to the one before.
  std::chrono::milliseconds patience{5000};
  std::chrono::milliseconds answer{30000};  ///< in which an answer must have been taken
};

/// A web server of one page at "/", which can be read and nothing else: GET and HEAD are answered,
/// other methods refused (405), every other path is unknown (404), and no file is ever opened.
/// Requests under a name that is not that of this machine are refused (421), see Hosts. One thread,
/// the one that calls run(), serves all connections, and makes the page. HTTP is that of
/// Boost.Beast.
class Server {
 public:
  /// The page as it is to be served now; called from run(), for every request that gets it.
  using PageNow = std::function<std::shared_ptr<const Page>()>;

  /// Listens from now on. Throws Error: usage for a host that is unknown, io where the address
  /// can't be listened on, such as a port that is taken.
  Server(const ServerOptions& options, PageNow page);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  Server(Server&&) = delete;
  Server& operator=(Server&&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::string url() const;  ///< "http://127.0.0.1:40123/"
  /// Whether it can be reached from this machine only.
  [[nodiscard]] bool is_local() const;

  /// Serves until `stop` is set, which it notices within a tenth of a second. What PageNow throws
  /// ends it.
  void run(const StopFlag& stop);

 private:
  std::unique_ptr<Connections> connections_;
};

}  // namespace temper::watch
