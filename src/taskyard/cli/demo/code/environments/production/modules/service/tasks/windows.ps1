param([string]$action, [string]$name)
switch ($action) {
  'start'   { Start-Service $name }
  'stop'    { Stop-Service $name }
  'restart' { Restart-Service $name }
  'status'  { (Get-Service $name).Status }
}
