#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

/// A client that sends whatever bytes a test wants.
namespace temper::watch::fake {

/// An answer as it arrived.
struct Reply {
  int status = 0;         ///< 0: the connection was closed without an answer, or none came in time
  std::string head = {};  ///< the status line and the header
  std::string body = {};

  /// The value of a header field, "" without it.
  [[nodiscard]] std::string field(const std::string& name) const {
    const auto at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const auto begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
};

class Client {
 public:
  /// Connects to 127.0.0.1.
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (socket_ < 0) throw std::runtime_error("no socket");
    const timeval patience{.tv_sec = 5, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("no connection to the server");
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  Client(Client&&) = delete;
  Client& operator=(Client&&) = delete;

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  /// The next answer.
  /// @param has_body  false: none follows, whatever its length, as to a HEAD request
  Reply reply(bool has_body = true) {
    auto end = rest_.find(kEnd);
    for (; end == std::string::npos; end = rest_.find(kEnd))
      if (!more()) return {};
    Reply reply{.head = rest_.substr(0, end + 2)};
    rest_.erase(0, end + kEnd.size());
    reply.status = std::stoi(reply.head.substr(reply.head.find(' ')));
    const auto length = reply.field("Content-Length");
    const std::size_t bytes = has_body && !length.empty() ? std::stoul(length) : 0;
    while (rest_.size() < bytes)
      if (!more()) return {};
    reply.body = rest_.substr(0, bytes);
    rest_.erase(0, bytes);
    return reply;
  }

  /// Whether the server closes the connection, and sends nothing before.
  bool is_closed() { return rest_.empty() && !more() && ended_; }

 private:
  static constexpr std::string_view kEnd = "\r\n\r\n";

  bool more() {
    std::array<char, 4096> bytes{};
    const auto count = ::recv(socket_, bytes.data(), bytes.size(), 0);
    ended_ = count == 0;
    if (count <= 0) return false;
    rest_.append(bytes.data(), static_cast<std::size_t>(count));
    return true;
  }

  int socket_;
  std::string rest_;
  bool ended_ = false;  ///< by the server, in order
};

/// A request with this machine's name.
/// @param lines  further lines of the header, each with its line end
inline std::string request(const std::string& method, const std::string& target,
                           const std::string& lines = "") {
  return method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" + lines + "\r\n";
}

/// The answer to bytes on a connection of their own.
inline Reply ask(std::uint16_t port, std::string_view bytes) {
  Client client(port);
  client.send(bytes);
  return client.reply(!bytes.starts_with("HEAD"));
}

}  // namespace temper::watch::fake
