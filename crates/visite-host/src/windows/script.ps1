# Visite {version}: notes settings of this Windows computer for "visite check --facts FILE".
#
# It reads what is listed below from the registry and from WMI. It changes nothing, starts no programs and sends nothing anywhere.
# It reads no documents, no names of documents and no passwords.
#
# To use it: copy it to the computer, open PowerShell as administrator, and type
#   powershell.exe -ExecutionPolicy Bypass -File .\visite-collect.ps1
# It writes one file, named after the computer; another name can be given with -Output. Needs PowerShell 3 or newer, which every
# Windows since 8 has.
param([string]$Output)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

# Values of keys of the registry: key|value|value...; * stands for every key at that place.
$values = @'
{values}
'@

# Keys of the registry, of which the names of those below are noted.
$keys = @'
{keys}
'@

# Rows of WMI: namespace|class|property,property...|condition
$rows = @'
{rows}
'@

$longestText = 65536
$longestBytes = 4096
$registry = @{}
$wmi = @{}

function Get-Lines([string]$text) {
    return @($text -split "`r?`n" | Where-Object { $_ -ne '' })
}

function Get-Reason($exception) {
    $base = $exception.GetBaseException()
    if ($base -is [Security.SecurityException] -or $base -is [UnauthorizedAccessException]) { return 'no_permission' }
    return 'malformed'
}

# People have identifiers like these; services and the default have others.
function Test-Person([string]$name) {
    return ($name -match '^S-1-(5-21|12-1)-') -and -not ($name -match '_Classes$')
}

function Open-Place([string]$path) {
    $hive, $rest = $path -split '\\', 2
    $place = [Microsoft.Win32.RegistryHive]::LocalMachine
    if ($hive -eq 'HKU') { $place = [Microsoft.Win32.RegistryHive]::Users }
    $root = [Microsoft.Win32.RegistryKey]::OpenBaseKey($place, [Microsoft.Win32.RegistryView]::Registry64)
    if ([string]::IsNullOrEmpty($rest)) { return $root }
    return $root.OpenSubKey($rest)
}

# A value as it is noted; nothing for one that is longer than any real one.
function Get-Data($place, [string]$name) {
    $value = $place.GetValue($name, $null, [Microsoft.Win32.RegistryValueOptions]::DoNotExpandEnvironmentNames)
    if ($null -eq $value) { return $null }
    if ($value -is [int]) {
        if ($value -lt 0) { return ([long]$value + 4294967296) }
        return $value
    }
    if ($value -is [long]) { return $value }
    if ($value -is [string]) {
        if ($value.Length -gt $longestText) { return $null }
        return $value
    }
    if ($value -is [byte[]]) {
        if ($value.Length -gt $longestBytes) { return $null }
        return @{ hex = [BitConverter]::ToString($value).Replace('-', '').ToLowerInvariant() }
    }
    if ($value -is [string[]]) { return , @($value | Where-Object { $_.Length -le $longestText }) }
    return $null
}

function Read-Place([string]$path, [string[]]$names, [bool]$withKeys) {
    $star = $path.IndexOf('*')
    if ($star -ge 0) {
        $parent = $path.Substring(0, $star).TrimEnd('\')
        Read-Place $parent @() $true
        $known = $registry[$parent]
        if ($known -isnot [hashtable] -or -not $known.ContainsKey('found')) { return }
        foreach ($name in @($known['found']['keys'])) {
            if ($parent -eq 'HKU' -and -not (Test-Person $name)) { continue }
            Read-Place ($parent + '\' + $name + $path.Substring($star + 1)) $names $withKeys
        }
        return
    }
    try {
        $place = Open-Place $path
        if ($null -eq $place) {
            if (-not $registry.ContainsKey($path)) { $registry[$path] = 'absent' }
            return
        }
        $known = $registry[$path]
        if ($known -isnot [hashtable] -or -not $known.ContainsKey('found')) {
            $known = @{ found = @{ values = @{} } }
        }
        foreach ($name in $names) {
            $data = Get-Data $place $name
            if ($null -ne $data) { $known['found']['values'][$name] = $data }
        }
        if ($withKeys) { $known['found']['keys'] = @($place.GetSubKeyNames() | Select-Object -First 20000) }
        $registry[$path] = $known
        $place.Close()
    } catch {
        if (-not $registry.ContainsKey($path)) { $registry[$path] = @{ failed = (Get-Reason $_.Exception) } }
    }
}

# A property as it is noted: times as WMI itself writes them.
function Get-Property($value) {
    if ($value -is [DateTime]) {
        $utc = $value.ToUniversalTime()
        return $utc.ToString('yyyyMMddHHmmss.ffffff', [Globalization.CultureInfo]::InvariantCulture) + '+000'
    }
    if ($value -is [string] -or $value -is [bool]) { return $value }
    if ($value -is [array]) { return , @($value | Where-Object { $null -ne $_ } | ForEach-Object { Get-Property $_ }) }
    if ($value -is [ValueType] -and $value -isnot [char]) { return [long]$value }
    return $null
}

function Read-Rows([string]$namespace, [string]$class, [string]$properties, [string]$condition) {
    $name = $namespace + ':' + $class
    $query = 'SELECT ' + $properties + ' FROM ' + $class
    if ($condition -ne '') { $query += ' WHERE ' + $condition }
    try {
        $found = @()
        foreach ($instance in @(Get-CimInstance -Namespace $namespace -Query $query -OperationTimeoutSec 20)) {
            $row = @{}
            foreach ($property in $properties -split ', ?') {
                $known = $instance.CimInstanceProperties[$property]
                if ($null -eq $known -or $null -eq $known.Value) { continue }
                $value = Get-Property $known.Value
                if ($null -ne $value) { $row[$property] = $value }
            }
            $found += $row
        }
        $wmi[$name] = @{ found = $found }
    } catch [Microsoft.Management.Infrastructure.CimException] {
        $code = [string]$_.Exception.NativeErrorCode
        if (@('InvalidNamespace', 'InvalidClass', 'NotFound', 'InvalidQuery') -contains $code) {
            $wmi[$name] = 'absent'
        } elseif ($code -eq 'AccessDenied') {
            $wmi[$name] = @{ failed = 'no_permission' }
        } else {
            $wmi[$name] = @{ failed = 'malformed' }
        }
    } catch {
        $wmi[$name] = @{ failed = (Get-Reason $_.Exception) }
    }
}

foreach ($line in Get-Lines $values) {
    $path, $names = $line -split '\|'
    Read-Place $path @($names) $false
}
foreach ($line in Get-Lines $keys) { Read-Place $line @() $true }
foreach ($line in Get-Lines $rows) {
    $namespace, $class, $properties, $condition = $line -split '\|', 4
    Read-Rows $namespace $class $properties $condition
}

$principal = [Security.Principal.WindowsPrincipal][Security.Principal.WindowsIdentity]::GetCurrent()
$recording = @{
    schema = '{schema}'
    recorded_at = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ', [Globalization.CultureInfo]::InvariantCulture)
    elevated = $principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
    registry = $registry
    wmi = $wmi
}
if ([string]::IsNullOrEmpty($Output)) { $Output = $env:COMPUTERNAME + '.visite.json' }
# A name alone means the folder in which PowerShell stands, and not the one in which Windows started it.
$Output = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Output)
$json = ConvertTo-Json -InputObject $recording -Depth 10 -Compress
[IO.File]::WriteAllText($Output, $json, (New-Object Text.UTF8Encoding $false))
Write-Output ('visite: ' + $Output)
