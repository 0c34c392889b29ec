#include "temper/watch/server.h"

#include <fmt/format.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "temper/core/error.h"
#include "temper/core/printable.h"
#include "temper/watch/hosts.h"

namespace temper::watch {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using ErrorCode = beast::error_code;
using Body = http::span_body<const char>;

constexpr std::uint32_t kHeaderBytes = 8192;     // of a request
constexpr std::size_t kBufferBytes = 16384;      // read ahead
constexpr std::size_t kDiscarded = 1U << 20U;    // bytes of a refused request that are waited for
constexpr std::chrono::milliseconds kTick{100};  // between two looks at the stop flag
constexpr std::chrono::milliseconds kFarewell{1000};  // for the client to close a connection

/// The page's own policy, see page.html, and what only a header can forbid: frames.
constexpr std::string_view kPolicy =
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

beast::string_view viewed(std::string_view text) {
  return {text.data(), text.size()};
}
std::string_view viewed(beast::string_view text) {
  return {text.data(), text.size()};
}

/// Whether a parser refused what it read, as opposed to a connection that ended.
bool is_malformed(const ErrorCode& error) {
  return error.category() == http::make_error_code(http::error::bad_method).category() &&
         error != http::error::end_of_stream && error != http::error::partial_message;
}

/// Whether If-None-Match names a version, with or without the mark of a weak one.
bool names(std::string_view header, const std::string& version) {
  return header.find('"' + version + '"') != std::string_view::npos;
}

/// Throws Error{Code::usage}.
tcp::endpoint endpoint_of(asio::io_context& io, const ServerOptions& options) {
  ErrorCode error;
  if (const auto address = asio::ip::make_address(options.host, error); !error)
    return {address, options.port};
  const auto found = tcp::resolver(io).resolve(options.host, std::to_string(options.port),
                                               tcp::resolver::numeric_service, error);
  if (error || found.empty())
    throw Error(Code::usage,
                fmt::format("cannot listen on '{}': {}; expected an address of this machine or a "
                            "name of one, such as 127.0.0.1, or 0.0.0.0 for all of them",
                            printable(options.host), error.message()));
  return found.begin()->endpoint();
}

/// Throws Error{Code::io}.
tcp::acceptor listener(asio::io_context& io, const ServerOptions& options) {
  const auto endpoint = endpoint_of(io, options);
  tcp::acceptor acceptor(io);
  try {
    acceptor.open(endpoint.protocol());
    // A port is taken for a minute after the last server unless this is set.
    acceptor.set_option(asio::socket_base::reuse_address(true));
    acceptor.bind(endpoint);
    acceptor.listen(asio::socket_base::max_listen_connections);
  } catch (const boost::system::system_error& failure) {
    throw Error(Code::io, fmt::format("cannot listen on {}, port {}: {}; choose another port, or 0 "
                                      "for any free one",
                                      endpoint.address().to_string(), options.port,
                                      failure.code().message()));
  }
  return acceptor;
}

}  // namespace

/// The socket that connections are accepted on, and those that are open.
class Connections {
 public:
  Connections(const ServerOptions& options, Server::PageNow page)
      : options_(options),
        page_(std::move(page)),
        acceptor_(listener(io_, options)),
        hosts_(options.host, is_local()) {}
  ~Connections() { ending_ = true; }
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;
  Connections(Connections&&) = delete;
  Connections& operator=(Connections&&) = delete;

  [[nodiscard]] tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }
  [[nodiscard]] bool is_local() const { return endpoint().address().is_loopback(); }
  [[nodiscard]] const ServerOptions& options() const { return options_; }
  [[nodiscard]] const Hosts& hosts() const { return hosts_; }
  [[nodiscard]] std::shared_ptr<const Page> page() const { return page_(); }

  void run(const StopFlag& stop) {
    accept();
    watch(stop);
    io_.run();
  }
  /// A connection was closed.
  void closed() {
    --open_;
    if (std::exchange(full_, false) && !ending_) accept();
  }

 private:
  /// Waits for the next connection, unless there are as many as there may be.
  void accept();
  /// Looks at the flag from time to time.
  void watch(const StopFlag& stop);

  ServerOptions options_;
  Server::PageNow page_;
  std::size_t open_ = 0;
  bool full_ = false;    ///< connections are not accepted now
  bool ending_ = false;  ///< no more is to be begun
  // Destroying the context destroys what waits in it, the open connections.
  asio::io_context io_{1};
  tcp::acceptor acceptor_;
  asio::steady_timer tick_{io_};
  asio::steady_timer pause_{io_};
  Hosts hosts_;
};

namespace {

/// A connection: requests and their answers, one after another.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, Connections& server) : server_(server), stream_(std::move(socket)) {
    ErrorCode ignored;
    std::ignore = stream_.socket().set_option(tcp::no_delay(true), ignored);
  }
  ~Session() { server_.closed(); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  Session(Session&&) = delete;
  Session& operator=(Session&&) = delete;

  void read() {
    parser_.emplace();
    parser_->header_limit(kHeaderBytes);
    // A body is refused with its method, and never read. In Boost 1.74 `none` is not "no limit".
    parser_->body_limit(std::numeric_limits<std::uint64_t>::max());
    stream_.expires_after(server_.options().patience);
    http::async_read_header(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](ErrorCode error, std::size_t) { self->on_read(error); });
  }

 private:
  void on_read(const ErrorCode& error) {
    keeps_ = is_head_ = is_whole_ = false;
    if (error == http::error::header_limit || error == http::error::buffer_overflow)
      return refuse(http::status::request_header_fields_too_large,
                    fmt::format("A request has at most {} bytes.\n", kHeaderBytes));
    if (is_malformed(error)) return refuse(http::status::bad_request, "Not a request of HTTP.\n");
    if (error) return;  // closed, or too slow
    const auto& request = parser_->get();
    is_whole_ = parser_->is_done();  // a body is not looked at
    keeps_ = request.keep_alive() && is_whole_;
    is_head_ = request.method() == http::verb::head;
    answer(request);
  }

  void answer(const http::request<http::empty_body>& request) {
    const auto host = viewed(request[http::field::host]);
    if (request.count(http::field::host) != 1)
      return refuse(http::status::bad_request, "Expected one Host header.\n");
    if (!server_.hosts().allow(host))
      return refuse(http::status::misdirected_request,
                    "This page is served under the names of this machine only.\n");
    if (request.method() != http::verb::get && !is_head_)
      return refuse(http::status::method_not_allowed, "This page can only be read.\n");
    if (request.target() != "/") return refuse(http::status::not_found, "The page is at /.\n");
    page_ = server_.page();
    if (names(viewed(request[http::field::if_none_match]), page_->version))
      return respond(http::status::not_modified, {}, "text/html; charset=utf-8");
    respond(http::status::ok, page_->html, "text/html; charset=utf-8");
  }

  /// @param text  for people
  void refuse(http::status status, std::string text) {
    page_.reset();
    text_ = std::move(text);
    respond(status, text_, "text/plain; charset=utf-8");
  }

  /// @param body  of page_ or text_, which live until it is written
  void respond(http::status status, std::string_view body, std::string_view type) {
    auto& made = response_.emplace();
    made.version(11);
    made.result(status);
    made.keep_alive(keeps_);
    made.set(http::field::content_type, viewed(type));
    made.set("Content-Security-Policy", viewed(kPolicy));
    made.set(http::field::x_frame_options, "DENY");
    made.set("X-Content-Type-Options", "nosniff");
    made.set("Referrer-Policy", "no-referrer");
    made.set("Cross-Origin-Resource-Policy", "same-origin");
    made.set("Cross-Origin-Opener-Policy", "same-origin");
    made.set(http::field::cache_control, "no-cache");
    if (status == http::status::method_not_allowed) made.set(http::field::allow, "GET, HEAD");
    if (page_) made.set(http::field::etag, '"' + page_->version + '"');
    if (status != http::status::not_modified) made.content_length(body.size());
    if (!is_head_) made.body() = beast::span<const char>(body.data(), body.size());
    stream_.expires_after(server_.options().answer);
    http::async_write(stream_, made, [self = shared_from_this()](ErrorCode error, std::size_t) {
      if (!error) self->on_written();
    });
  }

  void on_written() {
    if (keeps_) return read();
    if (is_whole_) return;  // the connection is closed
    // Closing a connection with unread bytes would reset it, and the client might lose the answer.
    ErrorCode error;
    if (stream_.socket().shutdown(tcp::socket::shutdown_send, error)) return;
    stream_.expires_after(kFarewell);
    discard();
  }

  void discard() {
    stream_.async_read_some(asio::buffer(rest_),
                            [self = shared_from_this()](ErrorCode error, std::size_t bytes) {
                              self->discarded_ += bytes;
                              if (!error && self->discarded_ < kDiscarded) self->discard();
                            });
  }

  Connections& server_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_{kBufferBytes};
  std::optional<http::request_parser<http::empty_body>> parser_;
  std::optional<http::response<Body>> response_;
  std::shared_ptr<const Page> page_;  ///< of the answer
  std::string text_;                  ///< of the answer
  bool keeps_ = false;                ///< the connection stays open after the answer
  bool is_head_ = false;
  bool is_whole_ = false;  ///< the request has been read to its end
  std::array<char, 4096> rest_{};
  std::size_t discarded_ = 0;  ///< bytes
};

}  // namespace

void Connections::accept() {
  if (open_ >= options_.connections) {
    full_ = true;
    return;
  }
  acceptor_.async_accept([this](ErrorCode error, tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error) {
      ++open_;
      std::make_shared<Session>(std::move(socket), *this)->read();
      accept();
      return;
    }
    // For example no free file descriptor.
    pause_.expires_after(kTick);
    pause_.async_wait([this](ErrorCode cancelled) {
      if (!cancelled) accept();
    });
  });
}

void Connections::watch(const StopFlag& stop) {
  if (stop.is_set()) {
    io_.stop();
    return;
  }
  tick_.expires_after(kTick);
  tick_.async_wait([this, &stop](ErrorCode cancelled) {
    if (!cancelled) watch(stop);
  });
}

Server::Server(const ServerOptions& options, PageNow page)
    : connections_(std::make_unique<Connections>(options, std::move(page))) {}

Server::~Server() = default;

std::uint16_t Server::port() const {
  return connections_->endpoint().port();
}

std::string Server::url() const {
  const auto address = connections_->endpoint().address();
  return fmt::format("http://{}{}{}:{}/", address.is_v6() ? "[" : "", address.to_string(),
                     address.is_v6() ? "]" : "", port());
}

bool Server::is_local() const {
  return connections_->is_local();
}

void Server::run(const StopFlag& stop) {
  connections_->run(stop);
}

}  // namespace temper::watch
