# Sends one request the way the orchestrator's Ruby client does: a pooled Net::HTTP connection, its headers on every
# request (a content type on GET too), and its reading of the answer. Prints what it made of it as JSON.
require "json"
require "net/http"
require "uri"

service_url, token, path, *rest = ARGV
base = URI.parse(service_url.chomp("/") + "/orchestrator/v1/")
uri = URI.join(base, path)

request = Net::HTTP::Get.new(uri)
request["Content-Type"] = "application/json"
request["X-Authentication"] = token unless token.empty?
request["User-Agent"] = "OrchestratorRubyClient/0.7.2"
request["Accept-Encoding"] = "gzip;q=1.0,deflate;q=0.6,identity;q=0.3"
request["Connection"] = "keep-alive"
request["Keep-Alive"] = "30"
request["Accept"] = "*/*"

answers = []
Net::HTTP.start(uri.host, uri.port, use_ssl: false) do |http|
  # The same connection serves every request of a client.
  [request, *rest.map { |more| request.clone.tap { |again| again.instance_variable_set(:@path, URI.join(base, more).request_uri) } }].each do |each|
    answer = http.request(each)
    begin
      body = JSON.parse(answer.body)
    rescue JSON::ParserError
      answers << { "bad_response" => answer.body.to_s }
      next
    end
    answers << if answer.code == "200"
                 { "code" => answer.code.to_i, "body" => body }
               else
                 { "code" => answer.code.to_i, "kind" => body["kind"], "message" => body["msg"], "details" => body["details"] }
               end
  end
end
puts JSON.generate(answers)
